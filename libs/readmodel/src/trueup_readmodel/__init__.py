"""The read model: tables and migrations between reconciler (writes) and dashboard-api (reads).

How a row's watermarks are read
-------------------------------
A row does not store its watermarks: it names the scopes that it rests on (`accounts.watermark_keys`), and
`watermarks` holds one line per scope. The reconciler moves a line only after every account that was dirty when the
report counted has been decided, so each row rests on **all** facts up to each watermark that it names. The first line
of a scope comes with its report: nobody can have named the scope before.

    SELECT coalesce(a.held_watermarks, (SELECT coalesce(jsonb_agg(e.entry ORDER BY w.key, e.position), '[]')
                                        FROM read_model.watermarks w,
                                             jsonb_array_elements(w.entries) WITH ORDINALITY e (entry, position)
                                        WHERE w.key = ANY (a.watermark_keys))) AS watermarks
    FROM read_model.accounts a

`held_watermarks` is set only while the decision of that one account keeps failing; it then keeps its old age.
A source's `as_of` in a row is the lowest `as_of` of the row's watermarks of that source.
"""
