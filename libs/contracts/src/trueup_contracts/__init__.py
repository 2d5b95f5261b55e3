"""Every event and command that crosses a topic: pydantic models, topic names, schema export.

A consumer ignores fields it does not know; within a version only optional fields are added;
anything else is a new class on a new topic.
"""
