// Generated from docs/openapi.json by `npm run api`. Do not edit.

export interface paths {
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Portfolio
         * @description One page of the accounts in the caller's portfolio, with totals over all pages.
         */
        get: operations["portfolio_api_v1_accounts_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{client_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Account
         * @description Everything about one account.
         */
        get: operations["account_api_v1_accounts__client_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{client_id}/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Decisions
         * @description The latest fifty, the latest first; their reasons may tell of payments.
         */
        get: operations["decisions_api_v1_accounts__client_id__decisions_get"];
        put?: never;
        /**
         * Decide
         * @description Decide about one account. It counts as soon as the account's figures name the decision.
         */
        post: operations["decide_api_v1_accounts__client_id__decisions_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{client_id}/flags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send
         * @description Send a flag. What is on its way to the same recipient, or was sent within a day, is answered and not sent twice.
         */
        post: operations["send_api_v1_accounts__client_id__flags_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{client_id}/flags/draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Draft
         * @description A filled-in message about an account, or about one of its discrepancies.
         */
        get: operations["draft_api_v1_accounts__client_id__flags_draft_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{client_id}/invoices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Invoices
         * @description All documents of one account, the latest first.
         */
        get: operations["invoices_api_v1_accounts__client_id__invoices_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{client_id}/rate-cards": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Rate Cards
         * @description Every version of the rate card that was imported, the latest first, and what each changed.
         */
        get: operations["rate_cards_api_v1_accounts__client_id__rate_cards_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{client_id}/reconciliations/{period}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Explain
         * @description Every input row with its source id and version, and each step of the arithmetic, ending in the figure.
         */
        get: operations["explain_api_v1_accounts__client_id__reconciliations__period__explain_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{client_id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Timeline
         * @description What happened in one account, the latest first.
         */
        get: operations["timeline_api_v1_accounts__client_id__timeline_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Audit
         * @description Who did what and who was refused what, the latest first.
         */
        get: operations["audit_api_v1_audit_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Callback
         * @description Where the issuer sends the browser back to.
         */
        get: operations["callback_api_v1_auth_callback_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Login
         * @description Send the browser to the issuer; a browser that came by another name of ours is sent to the right one first.
         */
        get: operations["login_api_v1_auth_login_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Logout
         * @description End the session everywhere; open streams of it close.
         */
        post: operations["logout_api_v1_auth_logout_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calibrations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Calibrations
         * @description Each metric with its last count, its verdict, and when it is due.
         */
        get: operations["calibrations_api_v1_calibrations_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calibrations/{metric}/clear": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Clear Calibration
         * @description Let a metric be projected again; who and why is written down.
         */
        post: operations["clear_calibration_api_v1_calibrations__metric__clear_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calibrations/csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Count From Csv
         * @description Take the counts of a file; usage is held against them as soon as it is known whole for their days.
         */
        post: operations["count_from_csv_api_v1_calibrations_csv_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calibrations/sql": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Count From Database
         * @description Take the counts that the query in the settings answers for these days.
         */
        post: operations["count_from_database_api_v1_calibrations_sql_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connections/quickbooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Connection
         * @description Whether it is alive, and when it ends if it is never used.
         */
        get: operations["connection_api_v1_connections_quickbooks_get"];
        put?: never;
        /**
         * Begin
         * @description Begin to connect: where the browser goes next. Nothing has changed by then.
         */
        post: operations["begin_api_v1_connections_quickbooks_post"];
        /**
         * End
         * @description Give the tokens back: nothing is read until somebody connects again; what is known stays and grows old.
         */
        delete: operations["end_api_v1_connections_quickbooks_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connections/quickbooks/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Callback
         * @description Where Intuit sends the browser back to, with `code`, `state` and `realmId`, or `error`; each is used once at most.
         */
        get: operations["callback_api_v1_connections_quickbooks_callback_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decide Many
         * @description Decide the same about many accounts; each on its own revision, and those that cannot be are listed.
         */
        post: operations["decide_many_api_v1_decisions_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/exports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create Export
         * @description Make a file of accounts in the caller's portfolio and count its records; it is refused whole or made whole.
         */
        post: operations["create_export_api_v1_exports_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/exports/{export_id}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export File
         * @description The file, once, for the user who made it.
         */
        get: operations["export_file_api_v1_exports__export_id__file_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/exports/quota": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Quota
         * @description How many records may still be exported.
         */
        get: operations["export_quota_api_v1_exports_quota_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/figures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures
         * @description Every figure that Trueup shows: definition, formula, source, unit and rounding.
         */
        get: operations["figures_api_v1_figures_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flags/{flag_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Flag
         * @description One flag and what became of it; its text may tell of payments.
         */
        get: operations["flag_api_v1_flags__flag_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import Accounts
         * @description Add and change accounts with their owners and links; accounts that the file does not name stay as they are.
         */
        post: operations["import_accounts_api_v1_imports_accounts_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/rates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import Rates
         * @description Replace the whole rate card of each account that the file names; former versions are kept.
         */
        post: operations["import_rates_api_v1_imports_rates_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invoices/{gateway_invoice_id}/payment-retries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Request Retry
         * @description Ask Stripe to take the payment again; joins the attempt that is under way, if there is one.
         */
        post: operations["request_retry_api_v1_invoices__gateway_invoice_id__payment_retries_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/link-decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Link Decisions
         * @description What people decided about links, the latest first.
         */
        get: operations["link_decisions_api_v1_link_decisions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/link-decisions/{decision_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Link Decision
         * @description One decision and whether it has been applied.
         */
        get: operations["link_decision_api_v1_link_decisions__decision_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/link-decisions/{decision_id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undo
         * @description Restore what was before a decision, if it is the latest about its customer.
         */
        post: operations["undo_api_v1_link_decisions__decision_id__undo_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Link
         * @description This customer belongs to that account. Refused when it belongs to one by now.
         */
        post: operations["link_api_v1_links_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Me
         * @description The signed-in user with role and permissions.
         */
        get: operations["me_api_v1_me_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/payment-retries/{payment_retry_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Payment Retry
         * @description How an attempt stands.
         */
        get: operations["payment_retry_api_v1_payment_retries__payment_retry_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portfolio/forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Portfolio Forecast
         * @description Quarter end low, likely and high for each currency, and what moved since last week.
         */
        get: operations["portfolio_forecast_api_v1_portfolio_forecast_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sessions
         * @description Every living session, the last used first.
         */
        get: operations["sessions_api_v1_sessions_get"];
        put?: never;
        post?: never;
        /**
         * Revoke All
         * @description End all sessions of a user, or everybody's but the caller's own.
         */
        delete: operations["revoke_all_api_v1_sessions_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke
         * @description End one session: its cookie answers 401 at once, its streams close within seconds.
         */
        delete: operations["revoke_api_v1_sessions__session_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sources
         * @description How far each source is known, and why not further.
         */
        get: operations["sources_api_v1_sources_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream
         * @description Which accounts of the caller's portfolio changed, as it happens; no figures.
         */
        get: operations["stream_api_v1_stream_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/syncs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Request Sync
         * @description Read one source again, or all three; the figures follow on the live stream.
         */
        post: operations["request_sync_api_v1_syncs_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/unlinked-customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Unlinked Customers
         * @description Customers that belong to no account, with the accounts that they may belong to and why.
         */
        get: operations["unlinked_customers_api_v1_unlinked_customers_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/unlinks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Unlink
         * @description This customer does not belong to that account, whatever imports and exact keys say, until somebody links it.
         */
        post: operations["unlink_api_v1_unlinks_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Account
         * @description Everything about one account.
         */
        Account: {
            /** Active */
            active: boolean;
            /** Active From */
            active_from: string | null;
            /** Active To */
            active_to: string | null;
            /** Auto Reconciled */
            auto_reconciled: boolean;
            /** Client Id */
            client_id: string;
            /**
             * Decisions
             * @description The latest fifty; null for a role without payment details, of which they may tell.
             */
            decisions: components["schemas"]["Decision"][] | null;
            /** Discrepancies */
            discrepancies: components["schemas"]["Discrepancy"][];
            /** Due Date */
            due_date: string | null;
            /** @description The latest flag that somebody raised. */
            flag: components["schemas"]["FlagMark"] | null;
            /** Flagged */
            flagged: boolean;
            /**
             * Flags
             * @description The latest ten; null for a role without payment details, of which they may tell.
             */
            flags: components["schemas"]["Flag"][] | null;
            forecast: components["schemas"]["Forecast"] | null;
            invoice_total: components["schemas"]["Money"] | null;
            /**
             * Invoice Totals
             * @description With a date range: the sums of the invoices inside it, one for each currency.
             * @default []
             */
            invoice_totals: components["schemas"]["Money"][];
            /**
             * Invoices
             * @description The latest ten; the rest has its own address.
             */
            invoices: components["schemas"]["Invoice"][];
            /** Invoices Total */
            invoices_total: number;
            /** Name */
            name: string;
            /**
             * Partials
             * @description What is missing of its sources.
             * @default []
             */
            partials: components["schemas"]["Partial"][];
            /**
             * Payment Retries
             * @description The latest twenty; null for a role without payment details.
             */
            payment_retries: components["schemas"]["PaymentRetry"][] | null;
            /**
             * Payments
             * @description The latest twenty; null for a role without payment details.
             */
            payments: components["schemas"]["Payment"][] | null;
            /**
             * Policy Version
             * @description The rules that the row was judged under.
             */
            policy_version?: number | null;
            /** Reconciled At */
            reconciled_at: string | null;
            /** Reconciliations */
            reconciliations: components["schemas"]["Reconciliation"][];
            /** Refs */
            refs: components["schemas"]["LinkedRef"][];
            /** Revision */
            revision: number;
            /** Sources */
            sources: components["schemas"]["SourceAge"][];
            /**
             * Status
             * @description Null when it is not known, or not for this role.
             */
            status: ("paid" | "partly_paid" | "pending" | "overdue" | "failed" | "in_dispute" | "refunded" | "uncollectible" | "void" | "draft") | null;
            /** Summary */
            summary: string | null;
            /** Time Zone */
            time_zone: string;
            /**
             * Trend
             * @description Daily totals of the main metric, the last 30 days, oldest first.
             */
            trend: string[];
            /** Trend Detail */
            trend_detail: components["schemas"]["Trend"][];
            /**
             * Trend Metric
             * @description The main metric.
             */
            trend_metric?: string | null;
            /** Usage Mtd */
            usage_mtd: components["schemas"]["Usage"][];
            variance: components["schemas"]["Variance"] | null;
            /** Watermarks */
            watermarks: components["schemas"]["Watermark"][];
        };
        /**
         * AccountItem
         * @description One row of the grid.
         */
        AccountItem: {
            /** Active */
            active: boolean;
            /** Client Id */
            client_id: string;
            /** Due Date */
            due_date: string | null;
            /** @description The latest flag that somebody raised. */
            flag: components["schemas"]["FlagMark"] | null;
            /** Flagged */
            flagged: boolean;
            invoice_total: components["schemas"]["Money"] | null;
            /**
             * Invoice Totals
             * @description With a date range: the sums of the invoices inside it, one for each currency.
             * @default []
             */
            invoice_totals: components["schemas"]["Money"][];
            /** Name */
            name: string;
            /**
             * Policy Version
             * @description The rules that the row was judged under.
             */
            policy_version?: number | null;
            /** Reconciled At */
            reconciled_at: string | null;
            /** Revision */
            revision: number;
            /** Sources */
            sources: components["schemas"]["SourceAge"][];
            /**
             * Status
             * @description Null when it is not known, or not for this role.
             */
            status: ("paid" | "partly_paid" | "pending" | "overdue" | "failed" | "in_dispute" | "refunded" | "uncollectible" | "void" | "draft") | null;
            /** Summary */
            summary: string | null;
            /**
             * Trend
             * @description Daily totals of the main metric, the last 30 days, oldest first.
             */
            trend: string[];
            /**
             * Trend Metric
             * @description The main metric.
             */
            trend_metric?: string | null;
            /** Usage Mtd */
            usage_mtd: components["schemas"]["Usage"][];
            variance: components["schemas"]["Variance"] | null;
        };
        /**
         * AccountName
         * @description An account, to be named.
         */
        AccountName: {
            /** Client Id */
            client_id: string;
            /** Name */
            name: string;
        };
        /**
         * Active
         * @description Which accounts by their contract: running today, not running today, both.
         * @enum {string}
         */
        Active: "true" | "false" | "all";
        /**
         * AuditEntry
         * @description Who did what, or was refused what.
         */
        AuditEntry: {
            /** Action */
            action: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Client Id */
            client_id: string | null;
            /** Detail */
            detail: {
                [key: string]: unknown;
            };
            /**
             * Hash
             * @description Of this entry and, through the chain, of all before it; hexadecimal.
             */
            hash: string;
            /** Role */
            role: string;
            /** Seq */
            seq: number;
            /** User */
            user: string;
        };
        /**
         * AuditLog
         * @description The latest first; `next` is the `before` of the entries before these.
         */
        AuditLog: {
            /** Items */
            items: components["schemas"]["AuditEntry"][];
            /** Next */
            next: number | null;
        };
        /**
         * Axis
         * @description What a date range is about: the due day, the day of issue, or the service period.
         * @enum {string}
         */
        Axis: "due" | "invoice" | "service";
        /**
         * Band
         * @description How a variance is judged.
         * @enum {string}
         */
        Band: "matched" | "auto_resolved" | "within_tolerance" | "needs_review" | "over_billed" | "under_billed" | "missing_invoice" | "billed_without_usage" | "no_activity" | "not_due" | "cannot_judge";
        /**
         * BilledLine
         * @description An invoice line with its document; null when that is no longer linked to the account.
         */
        BilledLine: {
            /** Amount Minor */
            amount_minor: number;
            /** Assumed */
            assumed: boolean;
            /** Description */
            description: string | null;
            document: components["schemas"]["DocumentRow"] | null;
            /** Document Id */
            document_id: string;
            /** Number */
            number: string | null;
            /** Quantity */
            quantity: string | null;
            /** Unit Price */
            unit_price: string | null;
        };
        /**
         * BilledPart
         * @description A line that counts for the period.
         */
        BilledPart: {
            /** Amount Minor */
            amount_minor: number;
            /** Assumed */
            assumed: boolean;
            /** Description */
            description: string | null;
            /** Document Id */
            document_id: string;
            /** Number */
            number: string | null;
            /** Quantity */
            quantity: string | null;
            /** Unit Price */
            unit_price: string | null;
        };
        /**
         * BulkAccount
         * @description One account of a bulk decision, and the revision that the person saw.
         */
        BulkAccount: {
            /** Client Id */
            client_id: string;
            /**
             * Period Start
             * Format: date
             */
            period_start: string;
            /**
             * Revision
             * @description The account's revision that the person saw.
             */
            revision: number;
        };
        /**
         * BulkDecided
         * @description What was decided and what was not.
         */
        BulkDecided: {
            /** Decided */
            decided: components["schemas"]["Decision"][];
            /** Refused */
            refused: components["schemas"]["RefusedDecision"][];
        };
        /**
         * BulkRequest
         * @description The same for up to 50 accounts, with one reason; each is a decision of its own.
         */
        BulkRequest: {
            /** Accounts */
            accounts: components["schemas"]["BulkAccount"][];
            /**
             * Kind
             * @enum {string}
             */
            kind: "resolve" | "snooze" | "review";
            /**
             * Reason
             * @description In the person's words; one line.
             * @default null
             */
            reason: string | null;
            /**
             * Until
             * @default null
             */
            until: string | null;
        };
        /**
         * By
         * @description Who decided, when and why.
         */
        By: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** By */
            by: string;
            /** By Name */
            by_name: string;
            /** Decision Id */
            decision_id: string;
            /**
             * Reason
             * @description Null also for a role without payment details, of which it may tell.
             */
            reason: string | null;
        };
        /**
         * CalibrationItem
         * @description One metric. `off`: it is not projected until a person clears it.
         */
        CalibrationItem: {
            /**
             * Due On
             * Format: date
             */
            due_on: string;
            /** Is Due */
            is_due: boolean;
            last: components["schemas"]["LastCount"] | null;
            /** Metric */
            metric: string;
            /**
             * State
             * @enum {string}
             */
            state: "never" | "waiting" | "on" | "off";
        };
        /**
         * Calibrations
         * @description Every metric that is metered or was counted.
         */
        Calibrations: {
            /**
             * Has Database
             * @description Whether counts can be asked of the company's own database.
             */
            has_database: boolean;
            /** Interval Days */
            interval_days: number;
            /** Items */
            items: components["schemas"]["CalibrationItem"][];
        };
        /**
         * CardChange
         * @description How a component differs from the version before. Fields: before and after.
         */
        CardChange: {
            /**
             * Change
             * @enum {string}
             */
            change: "added" | "changed" | "removed";
            /** Component */
            component: string;
            /** Fields */
            fields: {
                [key: string]: [
                    string | null,
                    string | null
                ];
            };
            /**
             * Valid From
             * Format: date
             */
            valid_from: string;
        };
        /**
         * CardComponent
         * @description One component from a day on; its terms by the columns of the import.
         */
        CardComponent: {
            /** Component */
            component: string;
            /** Terms */
            terms: {
                [key: string]: string;
            };
            /**
             * Valid From
             * Format: date
             */
            valid_from: string;
        };
        /**
         * CardVersion
         * @description The latest version of the account's rate card.
         */
        CardVersion: {
            /**
             * Imported At
             * Format: date-time
             */
            imported_at: string;
            /** Imported By */
            imported_by: string;
            /** Version */
            version: number;
        };
        /**
         * Channel
         * @description How a flag travels.
         * @enum {string}
         */
        Channel: "slack" | "email";
        /**
         * Clearance
         * @description Why a metric may be projected again.
         */
        Clearance: {
            /** Reason */
            reason: string;
        };
        /**
         * Cleared
         * @description It is taken; the forecasts follow.
         */
        Cleared: {
            /** Metric */
            metric: string;
            /**
             * State
             * @constant
             */
            state: "applying";
        };
        /**
         * ConnectionBegun
         * @description The browser goes there, as a whole page; it comes back within ten minutes, in the same login.
         */
        ConnectionBegun: {
            /** Authorise Url */
            authorise_url: string;
        };
        /**
         * CountAsked
         * @description The days to count; both are included.
         */
        CountAsked: {
            /**
             * From Day
             * Format: date
             */
            from_day: string;
            /**
             * To Day
             * Format: date
             */
            to_day: string;
        };
        /**
         * CreditLine
         * @description A credit with the invoice that it was applied to.
         */
        CreditLine: {
            /** Amount Minor */
            amount_minor: number;
            document: components["schemas"]["DocumentRow"] | null;
            /** Document Id */
            document_id: string;
            /** Number */
            number: string | null;
        };
        /**
         * CreditPart
         * @description Credit applied to an invoice of the period.
         */
        CreditPart: {
            /** Amount Minor */
            amount_minor: number;
            /** Document Id */
            document_id: string;
            /** Number */
            number: string | null;
        };
        /**
         * CurrencyForecast
         * @description One currency's quarter. `low` and `high`: every account errs the same way at once.
         */
        CurrencyForecast: {
            /** Accounts */
            accounts: number;
            /**
             * Currency
             * @example USD
             */
            currency: string;
            /** High If Independent Minor */
            high_if_independent_minor: number;
            /** High Minor */
            high_minor: number;
            /** Likely Minor */
            likely_minor: number;
            /**
             * Low If Independent Minor
             * @description As if no account's error told anything of another's.
             */
            low_if_independent_minor: number;
            /** Low Minor */
            low_minor: number;
            /** @description Null while there is no week of this quarter to compare with. */
            moved: components["schemas"]["Moved"] | null;
        };
        /**
         * CurrencyTotal
         * @description Sums over the filtered accounts, one for each currency; what is overdue is null for a role without payments.
         */
        CurrencyTotal: {
            /**
             * Currency
             * @example USD
             */
            currency: string;
            /** Invoice Total Minor */
            invoice_total_minor: number;
            /** Overdue Count */
            overdue_count: number | null;
            /** Overdue Minor */
            overdue_minor: number | null;
        };
        /**
         * Days
         * @description Half-open: `end` is the first day after.
         */
        Days: {
            /**
             * End
             * Format: date
             */
            end: string;
            /**
             * Start
             * Format: date
             */
            start: string;
        };
        /**
         * Decision
         * @description One decision. It is applied once the account's figures name it.
         */
        Decision: {
            /**
             * Applying
             * @description On its way: the figures shown do not know it yet.
             */
            applying: boolean;
            /** Client Id */
            client_id: string;
            /**
             * Decided At
             * Format: date-time
             */
            decided_at: string;
            /** Decided By */
            decided_by: string;
            /** Decided By Name */
            decided_by_name: string;
            /** Document Id */
            document_id: string | null;
            /** Id */
            id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "resolve" | "snooze" | "review" | "sign_off" | "accept_partial" | "undo";
            /** Period Start */
            period_start: string | null;
            /** Reason */
            reason: string | null;
            /** Revision */
            revision: number;
            /** Source */
            source: ("amplitude" | "quickbooks" | "stripe") | null;
            /** Undoes */
            undoes: string | null;
            /** Until */
            until: string | null;
        };
        /**
         * DecisionRequest
         * @description What is decided, on which revision. The figures are those that are served, never the caller's.
         */
        DecisionRequest: {
            /**
             * Document Id
             * @description Of a decision about an invoice that is paid in one system and open in the other.
             * @default null
             */
            document_id: string | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "resolve" | "snooze" | "review" | "sign_off" | "accept_partial" | "undo";
            /**
             * Period Start
             * @description First day of the period, of a decision about one.
             * @default null
             */
            period_start: string | null;
            /**
             * Reason
             * @description In the person's words; one line.
             * @default null
             */
            reason: string | null;
            /**
             * Revision
             * @description The account's revision that the person saw.
             */
            revision: number;
            /**
             * Source
             * @description Of `accept_partial`: whose gap.
             * @default null
             */
            source: ("amplitude" | "quickbooks" | "stripe") | null;
            /**
             * Undoes
             * @description Of `undo`: the decision; without: what the rule resolved.
             * @default null
             */
            undoes: string | null;
            /**
             * Until
             * @description Of `snooze`: the day on which it is over; without: on a change.
             * @default null
             */
            until: string | null;
        };
        /**
         * Decisions
         * @description The latest decisions of an account, the latest first.
         */
        Decisions: {
            /** Items */
            items: components["schemas"]["Decision"][];
        };
        /**
         * Discrepancy
         * @description Something that does not agree; over 5 % it is red.
         */
        Discrepancy: {
            /** Amount Minor */
            amount_minor: number | null;
            /** Band */
            band: ("matched" | "auto_resolved" | "within_tolerance" | "needs_review" | "over_billed" | "under_billed" | "missing_invoice" | "billed_without_usage" | "no_activity" | "not_due" | "cannot_judge") | null;
            /** Code */
            code: string;
            /** Currency */
            currency: string | null;
            /** @description Of `paid_in_one_system`: what can be decided. */
            invoice?: components["schemas"]["ToldApart"] | null;
            /** Mark */
            mark?: ("resolved" | "snoozed" | "reviewed" | "signed_off" | "changed") | null;
            /** Percent */
            percent: string | null;
            period: components["schemas"]["Days"] | null;
            /** Text */
            text: string;
        };
        /**
         * DocumentRow
         * @description The document that a line stands on.
         */
        DocumentRow: {
            /** Created At */
            created_at: string | null;
            /** Id */
            id: string;
            /** Observed At */
            observed_at: string | null;
            /** Ref */
            ref: string;
            /** Source Version */
            source_version: string | null;
            /** State */
            state: string;
            /** Version */
            version: number;
        };
        /**
         * Evidence
         * @description A row that a part rests on: in which system, what it is called there, what it says.
         */
        Evidence: {
            /** Amount Minor */
            amount_minor: number | null;
            /** Ref */
            ref: string;
            /** Source */
            source: string;
            /** Text */
            text: string;
        };
        /**
         * Excluded
         * @description What the projection leaves out, and why.
         */
        Excluded: {
            /** Code */
            code: string;
            /**
             * Detail
             * @description A metric, an item, a document or a source.
             */
            detail?: string | null;
            /** Note */
            note?: string | null;
        };
        /**
         * ExcludedAccounts
         * @description Accounts that are not in the totals, for one reason.
         */
        ExcludedAccounts: {
            /** Accounts */
            accounts: number;
            /** Code */
            code: string;
            /**
             * Listed
             * @description The first fifty by name.
             */
            listed: components["schemas"]["AccountName"][];
        };
        /**
         * ExpectedPart
         * @description One component of the rate card on a run of days.
         */
        ExpectedPart: {
            /** Amount Minor */
            amount_minor: number;
            /** Component */
            component: string;
            /**
             * Formula
             * @description How the amount was worked out.
             */
            formula: string;
            /** From Day */
            from_day?: string | null;
            /** Item Name */
            item_name?: string | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "per_unit" | "graduated" | "volume" | "package" | "flat" | "minimum" | "discount" | "as_invoiced";
            /**
             * Metric
             * @description Empty for what is not about one metric.
             */
            metric: string;
            /**
             * Quantity
             * @description An exact decimal as text.
             * @example 1834.5
             */
            quantity: string;
            /**
             * To Day
             * @description The last day, included.
             */
            to_day?: string | null;
            /** Unit */
            unit: string;
            /**
             * Unit Price
             * @description Only where one price holds for every unit.
             */
            unit_price: string | null;
        };
        /**
         * ExplainedLine
         * @description A line of the rate card with the usage that it rates.
         */
        ExplainedLine: {
            /** Amount Minor */
            amount_minor: number;
            /** Component */
            component: string;
            /**
             * Formula
             * @description How the amount was worked out.
             */
            formula: string;
            /** From Day */
            from_day?: string | null;
            /** Item Name */
            item_name?: string | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "per_unit" | "graduated" | "volume" | "package" | "flat" | "minimum" | "discount" | "as_invoiced";
            /**
             * Metric
             * @description Empty for what is not about one metric.
             */
            metric: string;
            /**
             * Quantity
             * @description An exact decimal as text.
             * @example 1834.5
             */
            quantity: string;
            /** Rows */
            rows: components["schemas"]["UsageRow"][];
            /**
             * Rows Agree
             * @description False: rows have changed since the period was decided.
             */
            rows_agree: boolean;
            /**
             * Rows Quantity
             * @description The rows added up; null for what is not metered.
             */
            rows_quantity: string | null;
            /**
             * To Day
             * @description The last day, included.
             */
            to_day?: string | null;
            /** Unit */
            unit: string;
            /**
             * Unit Price
             * @description Only where one price holds for every unit.
             */
            unit_price: string | null;
        };
        /**
         * ExplainedPart
         * @description A cause of the variance, signed like it: positive where the bill is higher for it.
         */
        ExplainedPart: {
            /** Amount Minor */
            amount_minor: number;
            /**
             * Cause
             * @enum {string}
             */
            cause: "missing_invoice" | "duplicate_invoice" | "unmapped" | "plan_change" | "proration" | "minimum" | "discount" | "late_usage" | "credit" | "rounding" | "unexplained";
            /** Evidence */
            evidence: components["schemas"]["Evidence"][];
            /**
             * Rule
             * @description In one sentence how the amount was found.
             */
            rule: string;
        };
        /**
         * Explanation
         * @description One period, from its input rows to its figure.
         */
        Explanation: {
            /** Amount Minor */
            amount_minor: number | null;
            /**
             * Band
             * @enum {string}
             */
            band: "matched" | "auto_resolved" | "within_tolerance" | "needs_review" | "over_billed" | "under_billed" | "missing_invoice" | "billed_without_usage" | "no_activity" | "not_due" | "cannot_judge";
            /** Billed */
            billed: components["schemas"]["BilledLine"][];
            /** Billed Minor */
            billed_minor: number | null;
            /**
             * Boundary
             * @description Hours of the first or last day that belong to a neighbouring period, in words.
             * @default []
             */
            boundary: string[];
            /** Client Id */
            client_id: string;
            /** Credits */
            credits: components["schemas"]["CreditLine"][];
            /** Currency */
            currency: string | null;
            /**
             * Decided At
             * Format: date-time
             */
            decided_at: string;
            /** Due */
            due: boolean;
            /** Expected */
            expected: components["schemas"]["ExplainedLine"][];
            /** Expected Minor */
            expected_minor: number | null;
            /** Explained */
            explained: components["schemas"]["ExplainedPart"][];
            /** Name */
            name: string;
            /** Percent */
            percent: string | null;
            period: components["schemas"]["Days"];
            /**
             * Priced By
             * @enum {string}
             */
            priced_by: "rate_card" | "invoices";
            rate_card: components["schemas"]["CardVersion"] | null;
            /** Reasons */
            reasons: components["schemas"]["Reason"][];
            /** Revision */
            revision: number;
            /** Rows Agree */
            rows_agree: boolean;
            /** Steps */
            steps: components["schemas"]["Step"][];
            /** Unexplained Minor */
            unexplained_minor: number | null;
            /**
             * Version
             * @description Of the period's figures; former versions are kept.
             */
            version: number;
        };
        /**
         * ExportCreated
         * @description A finished export; its file can be downloaded once, by the same user, until `expires_at`.
         */
        ExportCreated: {
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** File Url */
            file_url: string;
            /** Filename */
            filename: string;
            /** Format */
            format: string;
            /** Id */
            id: string;
            /**
             * Quota Left
             * @description What the next export may be at most.
             */
            quota_left: number;
            /** Records */
            records: number;
        };
        /**
         * ExportFilter
         * @description The parameters of `GET /api/v1/accounts`, by the same names. Without `page` all pages are exported.
         */
        ExportFilter: {
            /** @default true */
            active: components["schemas"]["Active"];
            /** @default due */
            axis: components["schemas"]["Axis"];
            /**
             * Band
             * @default null
             */
            band: components["schemas"]["Band"][] | null;
            /**
             * Flagged
             * @default null
             */
            flagged: boolean | null;
            /**
             * From
             * @default null
             */
            from: string | null;
            /**
             * Ids
             * @default null
             */
            ids: string | null;
            /**
             * Mark
             * @default null
             */
            mark: components["schemas"]["Mark"][] | null;
            /**
             * Page
             * @default null
             */
            page: number | null;
            /**
             * Page Size
             * @default 50
             */
            page_size: number;
            /**
             * Search
             * @default null
             */
            search: string | null;
            /**
             * Sort
             * @default -variance
             */
            sort: string;
            /**
             * Status
             * @default null
             */
            status: components["schemas"]["PaymentStatus"][] | null;
            /**
             * To
             * @default null
             */
            to: string | null;
        };
        /**
         * ExportQuota
         * @description Records of this session or token, and what is left for the user today (UTC).
         */
        ExportQuota: {
            /** Left */
            left: number;
            /** Limit */
            limit: number;
            /** Used */
            used: number;
            /** User Day Left */
            user_day_left: number;
            /** User Day Limit */
            user_day_limit: number;
        };
        /**
         * ExportRequest
         * @description Either a filter or accounts by name. A CSV has their rows of the grid, a PDF is the report of one account.
         */
        ExportRequest: {
            /**
             * Client Ids
             * @description In the order wanted. One that is not in the portfolio refuses the whole export.
             * @default []
             */
            client_ids: string[];
            /**
             * Detail
             * @description CSV of one account: its invoices instead of its row.
             * @default false
             */
            detail: boolean;
            /** @default null */
            filter: components["schemas"]["ExportFilter"] | null;
            /**
             * Format
             * @enum {string}
             */
            format: "csv" | "pdf";
        };
        /**
         * Failure
         * @description Why a payment did not work, in the gateway's words.
         */
        Failure: {
            /** Advice Code */
            advice_code?: string | null;
            /** Code */
            code?: string | null;
            /** Decline Code */
            decline_code?: string | null;
            /** Failed At */
            failed_at?: string | null;
            /** Message */
            message?: string | null;
            /**
             * Text
             * @description The reason in words, with what the bank advises.
             */
            text?: string | null;
        };
        /**
         * FieldProblem
         * @description One thing wrong with the request.
         */
        FieldProblem: {
            /**
             * Code
             * @default null
             */
            code: string | null;
            /**
             * Column
             * @default null
             */
            column: string | null;
            /** Detail */
            detail: string;
            /**
             * Line
             * @description Of an imported file.
             * @default null
             */
            line: number | null;
            /**
             * Where
             * @description The parameter, header or field.
             * @example query.page_size
             */
            where: string;
        };
        /**
         * Figure
         * @description One figure as people see it.
         */
        Figure: {
            /** Definition */
            definition: string;
            /**
             * Fields
             * @description Where this API carries it: `Schema.field`.
             */
            fields: string[];
            /** Formula */
            formula: string;
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Rounding */
            rounding: string;
            /** Shown */
            shown: string[];
            /** Source */
            source: string;
            /** Unit */
            unit: string;
        };
        /**
         * Figures
         * @description Every figure that is shown anywhere.
         */
        Figures: {
            /** Disclaimer */
            disclaimer: string;
            /** Items */
            items: components["schemas"]["Figure"][];
        };
        /**
         * Flag
         * @description A flag and what became of its message.
         */
        Flag: {
            /**
             * Channel
             * @enum {string}
             */
            channel: "slack" | "email";
            /** Client Id */
            client_id: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Discrepancy */
            discrepancy: string | null;
            /** Flagged By */
            flagged_by: string;
            /** Flagged By Name */
            flagged_by_name: string;
            /** Id */
            id: string;
            /** Period Start */
            period_start: string | null;
            /** Permalink */
            permalink: string | null;
            /** Reason */
            reason: string | null;
            /**
             * Repeated
             * @description The issue was flagged to this recipient before; this is that flag.
             */
            repeated: boolean;
            /** Sent At */
            sent_at: string | null;
            /**
             * State
             * @description `unknown`: handed over without an answer; it may have arrived.
             * @enum {string}
             */
            state: "queued" | "sending" | "sent" | "failed" | "unknown";
            /** Subject */
            subject: string | null;
            target: components["schemas"]["FlagTarget"];
            /** Text */
            text: string;
        };
        /**
         * FlagDraft
         * @description What would be sent if nobody changed a word; text and subject are there to be edited.
         */
        FlagDraft: {
            /**
             * Blocks
             * @description Slack's blocks; null for e-mail.
             */
            blocks: {
                [key: string]: unknown;
            }[] | null;
            /**
             * Channel
             * @enum {string}
             */
            channel: "slack" | "email";
            /**
             * Evidence
             * @description Attached as it is, looked up again when the flag is sent.
             */
            evidence: components["schemas"]["FlagFact"][];
            /** Link */
            link: string;
            /**
             * Preview Html
             * @description The e-mail; null for Slack.
             */
            preview_html: string | null;
            /** Subject */
            subject: string | null;
            /** Targets */
            targets: components["schemas"]["FlagTarget"][];
            /** Text */
            text: string;
        };
        /**
         * FlagFact
         * @description One line of the evidence.
         */
        FlagFact: {
            /** Label */
            label: string;
            /** Value */
            value: string;
        };
        /**
         * FlagMark
         * @description The latest flag of an account, as a mark in the grid.
         */
        FlagMark: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** By */
            by: string;
            /** By Name */
            by_name: string;
            /**
             * State
             * @enum {string}
             */
            state: "queued" | "sending" | "sent" | "failed" | "unknown";
        };
        /**
         * FlagRequest
         * @description What to send to whom.
         */
        FlagRequest: {
            /**
             * Channel
             * @enum {string}
             */
            channel: "slack" | "email";
            /**
             * Discrepancy
             * @description Its code.
             * @default null
             */
            discrepancy: string | null;
            /**
             * Period Start
             * @default null
             */
            period_start: string | null;
            /**
             * Resend
             * @description Send again although the last one may have arrived.
             * @default false
             */
            resend: boolean;
            /**
             * Subject
             * @description Without one the draft's is taken.
             * @default null
             */
            subject: string | null;
            /**
             * Target
             * @description The id of a target that the draft lists.
             */
            target: string;
            /** Text */
            text: string;
        };
        /**
         * FlagTarget
         * @description Somebody who can be told.
         */
        FlagTarget: {
            /** Id */
            id: string;
            /** Label */
            label: string;
        };
        /**
         * Forecast
         * @description The quarter's projection; the amounts are null unless `status` is ok.
         */
        Forecast: {
            amount: components["schemas"]["Money"] | null;
            /** Basis */
            basis: string | null;
            /** Excluded */
            excluded: components["schemas"]["Excluded"][];
            high: components["schemas"]["Money"] | null;
            low: components["schemas"]["Money"] | null;
            /** Method */
            method: string;
            /** Metrics */
            metrics: components["schemas"]["MetricForecast"][];
            /**
             * Priced By
             * @description Effective prices of the last invoices stand in where the rate card has none.
             */
            priced_by?: ("rate_card" | "last_invoices") | null;
            quarter: components["schemas"]["Days"] | null;
            /**
             * Status
             * @enum {string}
             */
            status: "ok" | "not_enough_history" | "cannot_judge" | "ended" | "no_rate_card" | "nothing_to_project";
            /** Version */
            version: number;
        };
        /**
         * FormerValue
         * @description What a bucket held before, counted after its day was over.
         */
        FormerValue: {
            /**
             * Observed At
             * Format: date-time
             */
            observed_at: string;
            /**
             * Quantity
             * @description An exact decimal as text.
             * @example 1834.5
             */
            quantity: string;
        };
        /**
         * GatewayFailure
         * @description Why the last attempt did not work, when, and what it was made with.
         */
        GatewayFailure: {
            /** Advice Code */
            advice_code: string | null;
            /** Code */
            code: string | null;
            /** Decline Code */
            decline_code: string | null;
            /** Failed At */
            failed_at: string | null;
            /** Message */
            message: string | null;
            method: components["schemas"]["PaymentMethod"] | null;
        };
        /**
         * GatewayInvoice
         * @description The gateway's side of an invoice.
         */
        GatewayInvoice: {
            /** Attempt Count */
            attempt_count: number | null;
            /**
             * Currency
             * @example USD
             */
            currency: string;
            failure: components["schemas"]["GatewayFailure"] | null;
            /** Ledger Remaining Minor */
            ledger_remaining_minor: number;
            method: components["schemas"]["PaymentMethod"] | null;
            /** Next Attempt At */
            next_attempt_at: string | null;
            /** Ref */
            ref: string;
            /** Remaining Minor */
            remaining_minor: number | null;
            /** Status */
            status: string;
        };
        /**
         * Handling
         * @description The latest of resolve, snooze and review that stands.
         */
        Handling: {
            decision: components["schemas"]["By"];
            /**
             * Ended
             * @description Why it no longer holds.
             */
            ended: ("figures_moved" | "snooze_over") | null;
            /**
             * State
             * @enum {string}
             */
            state: "resolved" | "snoozed" | "reviewed";
            /** Until */
            until: string | null;
        };
        /**
         * ImportChange
         * @description One account or rate that the file adds, changes or takes away.
         */
        ImportChange: {
            /**
             * Change
             * @enum {string}
             */
            change: "added" | "changed" | "removed";
            /**
             * Fields
             * @description Field → value before and after.
             */
            fields: {
                [key: string]: [
                    string | null,
                    string | null
                ];
            };
            /**
             * Key
             * @description The client id; for rates client id, metric and first day.
             */
            key: string;
            /** Line */
            line: number | null;
        };
        /**
         * ImportProblem
         * @description A line that cannot be taken, and what to do about it.
         */
        ImportProblem: {
            /** Code */
            code: string;
            /** Column */
            column: string | null;
            /** Detail */
            detail: string;
            /** Line */
            line: number;
        };
        /**
         * ImportResult
         * @description What the file would change (dry run) or has changed; with any error nothing is changed.
         */
        ImportResult: {
            /** Added */
            added: number;
            /** Applied */
            applied: boolean;
            /** Changed */
            changed: number;
            /**
             * Changes
             * @description The first 500.
             */
            changes: components["schemas"]["ImportChange"][];
            /** Dry Run */
            dry_run: boolean;
            /**
             * Errors
             * @description The first 500.
             */
            errors: components["schemas"]["ImportProblem"][];
            /** Errors Total */
            errors_total: number;
            /** Removed */
            removed: number;
            /** Rows */
            rows: number;
            /** Unchanged */
            unchanged: number;
        };
        /**
         * Invoice
         * @description One document with its derived status; what tells of payments is null for a role without them.
         */
        Invoice: {
            /** Credited Minor */
            credited_minor: number | null;
            /**
             * Currency
             * @example USD
             */
            currency: string;
            /** Document Id */
            document_id: string;
            /** Due On */
            due_on: string | null;
            gateway?: components["schemas"]["GatewayInvoice"] | null;
            /** Gateway Invoice Id */
            gateway_invoice_id: string | null;
            /**
             * Issued On
             * Format: date
             */
            issued_on: string;
            /** Kind */
            kind: string;
            /**
             * Lines
             * @default []
             */
            lines: components["schemas"]["InvoiceLine"][];
            /** Number */
            number: string | null;
            /** Paid At */
            paid_at: string | null;
            /** Paid Minor */
            paid_minor: number | null;
            period: components["schemas"]["InvoicePeriod"] | null;
            /** Remaining Minor */
            remaining_minor: number | null;
            /** @description Null for a role that takes no payments. */
            retry?: components["schemas"]["Retry"] | null;
            /** Status */
            status: ("paid" | "partly_paid" | "pending" | "overdue" | "failed" | "in_dispute" | "refunded" | "uncollectible" | "void" | "draft") | null;
            /** Tax Minor */
            tax_minor: number;
            /** Total Minor */
            total_minor: number;
            /** Via */
            via: string | null;
        };
        /**
         * InvoiceLine
         * @description One line of a document.
         */
        InvoiceLine: {
            /** Amount Minor */
            amount_minor: number;
            /** Description */
            description?: string | null;
            /** Item Id */
            item_id?: string | null;
            /** Item Name */
            item_name?: string | null;
            /** Kind */
            kind?: string | null;
            /** Line Id */
            line_id?: string | null;
            /** Quantity */
            quantity?: string | null;
            /** Service Date */
            service_date?: string | null;
            /** Unit Price */
            unit_price?: string | null;
        };
        /**
         * InvoicePeriod
         * @description The service period; assumed when the document does not name it.
         */
        InvoicePeriod: {
            /** Assumed */
            assumed: boolean;
            /**
             * End
             * Format: date
             */
            end: string;
            /**
             * Start
             * Format: date
             */
            start: string;
        };
        /**
         * Invoices
         * @description A page of an account's invoices, the latest first.
         */
        Invoices: {
            /** Items */
            items: components["schemas"]["Invoice"][];
            /** Page */
            page: number;
            /** Page Size */
            page_size: number;
            /** Total */
            total: number;
        };
        /**
         * LastCount
         * @description The latest count of a metric and what came of it; the verdict is null until the usage of its days is whole.
         */
        LastCount: {
            /** Cleared At */
            cleared_at: string | null;
            /** Cleared By */
            cleared_by: string | null;
            /** Cleared Reason */
            cleared_reason: string | null;
            /** Drift Percent */
            drift_percent: string | null;
            /**
             * From Day
             * Format: date
             */
            from_day: string;
            /** Judged At */
            judged_at: string | null;
            /** Limit Percent */
            limit_percent: number;
            /** Metered */
            metered: string | null;
            /**
             * Origin
             * @enum {string}
             */
            origin: "csv" | "sql";
            /**
             * Reference
             * @description An exact decimal as text.
             * @example 1834.5
             */
            reference: string;
            /**
             * Taken At
             * Format: date-time
             */
            taken_at: string;
            /** Taken By */
            taken_by: string;
            /**
             * To Day
             * Format: date
             */
            to_day: string;
            /** Verdict */
            verdict: ("within" | "over") | null;
        };
        /**
         * LedgerConnection
         * @description `dead`: it no longer holds, a person must connect again; `none`: there is none, or a person ended it.
         */
        LedgerConnection: {
            /**
             * Ends At
             * @description When it ends if it is never used; each use moves it on.
             */
            ends_at: string | null;
            /**
             * Ends Soon
             * @description Within a fortnight: a person connects again in time.
             */
            ends_soon: boolean;
            /**
             * On Page
             * @description Whether the page connects it; else it is done at the command line.
             */
            on_page: boolean;
            /**
             * State
             * @description Null where the page does not manage it.
             */
            state: ("alive" | "dead" | "none") | null;
        };
        /**
         * LinkDecision
         * @description What a person decided. `applying` until the read model names it; `superseded` once another one came after it.
         */
        LinkDecision: {
            /**
             * Client Id
             * @description Of `linked`: to whom.
             */
            client_id: string | null;
            /** Client Name */
            client_name: string | null;
            /** Customer Name */
            customer_name: string | null;
            /**
             * Decided At
             * Format: date-time
             */
            decided_at: string;
            /** Decided By */
            decided_by: string;
            /** Decided By Name */
            decided_by_name: string;
            /**
             * Former Client Id
             * @description The account that it took the customer from.
             */
            former_client_id: string | null;
            /** Former Client Name */
            former_client_name: string | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Ref */
            ref: string;
            /**
             * Source
             * @enum {string}
             */
            source: "amplitude" | "quickbooks" | "stripe";
            /**
             * State
             * @enum {string}
             */
            state: "applying" | "applied" | "superseded";
            /** Undoes */
            undoes: string | null;
            /**
             * Verdict
             * @description `withdrawn`: nothing stands any more, imports and exact keys say again.
             * @enum {string}
             */
            verdict: "linked" | "unlinked" | "withdrawn";
        };
        /**
         * LinkDecisions
         * @description The latest decisions.
         */
        LinkDecisions: {
            /** Items */
            items: components["schemas"]["LinkDecision"][];
        };
        /**
         * LinkedRef
         * @description The account's customer in one source, and who said so.
         */
        LinkedRef: {
            /**
             * Decision Id
             * @description The latest decision about it that the row knows of.
             */
            decision_id?: string | null;
            /** External Id */
            external_id: string;
            /** Linked By */
            linked_by: string;
            /** Name */
            name: string | null;
            /** Ref */
            ref: string;
            /**
             * Source
             * @enum {string}
             */
            source: "amplitude" | "quickbooks" | "stripe";
        };
        /**
         * LinkRequest
         * @description Which customer, which account, and the latest decision about the customer that the person saw (null: none).
         */
        LinkRequest: {
            /** Client Id */
            client_id: string;
            /** Ref */
            ref: string;
            /** Seen Decision Id */
            seen_decision_id: string | null;
        };
        /**
         * Mark
         * @description How people stand to the period that a row shows; `changed`: its figures moved after the sign-off.
         * @enum {string}
         */
        Mark: "resolved" | "snoozed" | "reviewed" | "signed_off" | "changed";
        /**
         * Me
         * @description `csrf` is what the header X-Trueup-Csrf must carry on every POST made with the session cookie.
         */
        Me: {
            /** Csrf */
            csrf: string;
            /**
             * Disclaimer
             * @description Stands on every view and in every file.
             */
            disclaimer: string;
            /** Email */
            email: string;
            /** Name */
            name: string;
            /** Permissions */
            permissions: string[];
            /**
             * Read Only
             * @description Every action is switched off.
             */
            read_only: boolean;
            /** Role */
            role: string;
            /** User */
            user: string;
        };
        /**
         * Method
         * @description What a payment was made with.
         */
        Method: {
            /** Brand */
            brand?: string | null;
            /** Kind */
            kind?: string | null;
            /** Last4 */
            last4?: string | null;
        };
        /**
         * MetricForecast
         * @description One metric's least-squares line over daily usage.
         */
        MetricForecast: {
            /** Actual Quantity */
            actual_quantity?: string | null;
            /** Backtest Error Percent */
            backtest_error_percent?: string | null;
            /** Days Used */
            days_used?: number | null;
            /** From Day */
            from_day?: string | null;
            /** High Quantity */
            high_quantity?: string | null;
            /** Intercept */
            intercept?: string | null;
            /** Low Quantity */
            low_quantity?: string | null;
            /** Metric */
            metric: string;
            /** Projected Quantity */
            projected_quantity?: string | null;
            /** Slope */
            slope?: string | null;
            /** To Day */
            to_day?: string | null;
            /** Unit */
            unit: string;
        };
        /**
         * Money
         * @description An amount in minor units of its currency.
         */
        Money: {
            /** Amount Minor */
            amount_minor: number;
            /**
             * Currency
             * @example USD
             */
            currency: string;
        };
        /**
         * Moved
         * @description By how much the likely amount differs from the end of last week, and how much of that came or went whole.
         */
        Moved: {
            /**
             * Joined
             * @description Accounts that have a forecast now and had none.
             */
            joined: number;
            /** Joined Minor */
            joined_minor: number;
            /**
             * Left
             * @description Accounts that had one and have none now.
             */
            left: number;
            /** Left Minor */
            left_minor: number;
            /** Moved Minor */
            moved_minor: number;
            /**
             * Movers
             * @description The five that moved most.
             */
            movers: components["schemas"]["Mover"][];
        };
        /**
         * Mover
         * @description An account whose forecast moved.
         */
        Mover: {
            /** Client Id */
            client_id: string;
            /** Moved Minor */
            moved_minor: number;
            /** Name */
            name: string;
        };
        /**
         * Offer
         * @description Whether something can be decided now, and why not.
         */
        Offer: {
            /** Allowed */
            allowed: boolean;
            /**
             * Kind
             * @enum {string}
             */
            kind: "resolve" | "snooze" | "review" | "sign_off" | "accept_partial" | "undo";
            /** Reason */
            reason: ("read_only_mode" | "applying" | "gone" | "not_due" | "cannot_judge" | "source_stale" | "nothing_open" | "already" | "not_partial" | "nothing_to_undo") | null;
            /**
             * Text
             * @description The reason in words.
             */
            text: string | null;
            /** Undoes */
            undoes: string | null;
        };
        /**
         * Partial
         * @description What is missing of one source in this account.
         */
        Partial: {
            accepted: components["schemas"]["By"] | null;
            /** Missing */
            missing: string;
            /**
             * Offers
             * @description Empty for a role that decides nothing.
             * @default []
             */
            offers: components["schemas"]["Offer"][];
            /** Parts */
            parts: string[];
            /**
             * Source
             * @enum {string}
             */
            source: "amplitude" | "quickbooks" | "stripe";
        };
        /**
         * PartlyForecast
         * @description Accounts that are in the totals without one of their metrics.
         */
        PartlyForecast: {
            /** Accounts */
            accounts: number;
            /** Code */
            code: string;
        };
        /**
         * Payment
         * @description A payment, refund or dispute.
         */
        Payment: {
            /** Amount Minor */
            amount_minor: number;
            /**
             * Currency
             * @example USD
             */
            currency: string;
            failure: components["schemas"]["Failure"] | null;
            /** Gateway Invoice Id */
            gateway_invoice_id: string | null;
            /** Invoice Number */
            invoice_number: string | null;
            /** Kind */
            kind: string;
            method: components["schemas"]["Method"] | null;
            /** Object Id */
            object_id: string;
            /**
             * Occurred At
             * Format: date-time
             */
            occurred_at: string;
            /**
             * Source
             * @enum {string}
             */
            source: "amplitude" | "quickbooks" | "stripe";
            /** Status */
            status: string;
        };
        /**
         * PaymentMethod
         * @description What a payment would be made with.
         */
        PaymentMethod: {
            /** Brand */
            brand: string | null;
            /** Kind */
            kind: string;
            /** Last4 */
            last4: string | null;
        };
        /**
         * PaymentRetry
         * @description One attempt. `requested`, `processing` and `unknown` may still become anything; the other states never change.
         */
        PaymentRetry: {
            amount: components["schemas"]["Money"];
            /** Client Id */
            client_id: string;
            failure: components["schemas"]["RetryFailure"] | null;
            /** Final */
            final: boolean;
            /** Gateway Invoice Id */
            gateway_invoice_id: string;
            /**
             * Hosted Url
             * @description Where the customer can act.
             */
            hosted_url: string | null;
            /** Id */
            id: string;
            /** Invoice Number */
            invoice_number: string | null;
            method: components["schemas"]["PaymentMethod"] | null;
            /**
             * Needs Person
             * @description Nobody knows what became of it; a person must look it up.
             */
            needs_person: boolean;
            /** Reason */
            reason: string | null;
            /**
             * Requested At
             * Format: date-time
             */
            requested_at: string;
            /** Requested By */
            requested_by: string;
            /** Settled At */
            settled_at: string | null;
            /** Started At */
            started_at: string | null;
            /**
             * State
             * @enum {string}
             */
            state: "requested" | "processing" | "succeeded" | "failed" | "needs_customer" | "already_paid" | "refused" | "unknown";
            /**
             * Text
             * @description How it stands, for the screen.
             */
            text: string;
        };
        /**
         * PaymentStatus
         * @description The derived status of an invoice.
         * @enum {string}
         */
        PaymentStatus: "paid" | "partly_paid" | "pending" | "overdue" | "failed" | "in_dispute" | "refunded" | "uncollectible" | "void" | "draft";
        /**
         * Portfolio
         * @description One page of the grid.
         */
        Portfolio: {
            /** As Of */
            as_of: components["schemas"]["SourceReport"][];
            /** Items */
            items: components["schemas"]["AccountItem"][];
            /** Page */
            page: number;
            /** Page Size */
            page_size: number;
            /** Total */
            total: number;
            totals: components["schemas"]["Totals"];
        };
        /**
         * PortfolioForecast
         * @description The quarter's end of all accounts in the caller's portfolio.
         */
        PortfolioForecast: {
            /** Accounts */
            accounts: number;
            /** By Currency */
            by_currency: components["schemas"]["CurrencyForecast"][];
            /** Excluded */
            excluded: components["schemas"]["ExcludedAccounts"][];
            /** Partly */
            partly: components["schemas"]["PartlyForecast"][];
            quarter: components["schemas"]["Days"];
            /**
             * Since
             * @description The day whose end the movement is counted from.
             */
            since: string | null;
        };
        /**
         * Problem
         * @description Every error has this shape; `code` is stable, the rest is for people.
         */
        Problem: {
            /** Code */
            code: string;
            /** Detail */
            detail: string;
            /**
             * Errors
             * @default null
             */
            errors: components["schemas"]["FieldProblem"][] | null;
            /**
             * Retry After S
             * @description When trying again makes sense, in seconds.
             * @default null
             */
            retry_after_s: number | null;
            /** Status */
            status: number;
            /** Title */
            title: string;
            /** Trace Id */
            trace_id: string;
            /**
             * Type
             * @default about:blank
             */
            type: string;
        } & {
            [key: string]: unknown;
        };
        /**
         * RateCard
         * @description One version of the whole card.
         */
        RateCard: {
            /**
             * Changes
             * @description Against the version before; of the first one everything is added.
             */
            changes: components["schemas"]["CardChange"][];
            /** Components */
            components: components["schemas"]["CardComponent"][];
            /**
             * Imported At
             * Format: date-time
             */
            imported_at: string;
            /** Imported By */
            imported_by: string;
            /** Version */
            version: number;
        };
        /**
         * RateCards
         * @description `GET /api/v1/accounts/{client_id}/rate-cards`: the latest version is in force.
         */
        RateCards: {
            /** Items */
            items: components["schemas"]["RateCard"][];
            /** Page */
            page: number;
            /** Page Size */
            page_size: number;
            /** Total */
            total: number;
        };
        /**
         * Reason
         * @description Why something cannot be judged, and what would cure it.
         */
        Reason: {
            /** Code */
            code: string;
            /** Cure */
            cure?: string | null;
            /** Source */
            source?: ("amplitude" | "quickbooks" | "stripe") | null;
        };
        /**
         * Receipt
         * @description The sum, line by line: expected − (billed − credits) explains the variance.
         */
        Receipt: {
            /** Billed */
            billed: components["schemas"]["BilledPart"][];
            /**
             * Boundary
             * @description Hours of the first or last day that belong to a neighbouring period, in words.
             * @default []
             */
            boundary: string[];
            /** Credits */
            credits: components["schemas"]["CreditPart"][];
            /** Expected */
            expected: components["schemas"]["ExpectedPart"][];
        };
        /**
         * Reconciliation
         * @description One period of one currency.
         */
        Reconciliation: {
            /** Amount Minor */
            amount_minor: number | null;
            /**
             * Band
             * @enum {string}
             */
            band: "matched" | "auto_resolved" | "within_tolerance" | "needs_review" | "over_billed" | "under_billed" | "missing_invoice" | "billed_without_usage" | "no_activity" | "not_due" | "cannot_judge";
            /** Billed Minor */
            billed_minor: number | null;
            /** Currency */
            currency: string | null;
            /** Due */
            due: boolean;
            /** Expected Minor */
            expected_minor: number | null;
            /**
             * Explained
             * @description Parts that add up to the variance; empty where it is 0.
             */
            explained: components["schemas"]["ExplainedPart"][];
            handling?: components["schemas"]["Handling"] | null;
            /**
             * Mark
             * @description How people stand to it, in one word.
             */
            mark?: ("resolved" | "snoozed" | "reviewed" | "signed_off" | "changed") | null;
            /**
             * Offers
             * @description Empty for a role that decides nothing.
             * @default []
             */
            offers: components["schemas"]["Offer"][];
            /** Percent */
            percent: string | null;
            period: components["schemas"]["Days"];
            /** Period Assumed */
            period_assumed: boolean;
            /**
             * Priced By
             * @description `invoices`: a metric without a price is rated at the invoices' own.
             * @enum {string}
             */
            priced_by: "rate_card" | "invoices";
            /** Reasons */
            reasons: components["schemas"]["Reason"][];
            receipt: components["schemas"]["Receipt"] | null;
            /** @description Who took back what the rule had resolved. */
            rule_undone?: components["schemas"]["By"] | null;
            sign_off?: components["schemas"]["SignOff"] | null;
            /** Unexplained Minor */
            unexplained_minor: number | null;
        };
        /**
         * RefusedDecision
         * @description An account of a bulk decision that was left as it is, and why.
         */
        RefusedDecision: {
            /** Client Id */
            client_id: string;
            /** Code */
            code: string;
            /** Detail */
            detail: string;
            /** Reason */
            reason?: ("read_only_mode" | "applying" | "gone" | "not_due" | "cannot_judge" | "source_stale" | "nothing_open" | "already" | "not_partial" | "nothing_to_undo") | null;
        };
        /**
         * Retry
         * @description Whether the payment can be taken again now, and why not.
         */
        Retry: {
            /** Allowed */
            allowed: boolean;
            /** @description What would be taken: the whole of what remains in Stripe. */
            amount: components["schemas"]["Money"] | null;
            /**
             * Attempts
             * @description So far, Stripe's own included.
             */
            attempts: number;
            method: components["schemas"]["PaymentMethod"] | null;
            /** Open Attempt Id */
            open_attempt_id: string | null;
            /** Reason */
            reason: ("read_only_mode" | "no_gateway_invoice" | "needs_person" | "attempt_open" | "not_open" | "nothing_remaining" | "paid_in_ledger" | "cannot_judge" | "source_stale" | "gateway_silent" | "no_payment_method" | "hard_decline_same_card" | "scheduled_attempt_near" | "attempts_used_up") | null;
            /**
             * Text
             * @description The reason in words.
             */
            text: string | null;
        };
        /**
         * RetryFailure
         * @description Why an attempt did not work.
         */
        RetryFailure: {
            /** Advice Code */
            advice_code: string | null;
            /** Code */
            code: string | null;
            /** Decline Code */
            decline_code: string | null;
            /** Message */
            message: string | null;
            /**
             * Text
             * @description The reason in words, with what the bank advises.
             */
            text: string;
        };
        /**
         * RetryRequest
         * @description What the person saw and confirmed; another amount by now is refused.
         */
        RetryRequest: {
            /** Amount Minor */
            amount_minor: number;
            /**
             * Currency
             * @example USD
             */
            currency: string;
        };
        /**
         * Revoked
         * @description How many sessions lived until now.
         */
        Revoked: {
            /** Revoked */
            revoked: number;
        };
        /**
         * Session
         * @description Somebody who is signed in.
         */
        Session: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Current
             * @description Whether it is the caller's own.
             */
            current: boolean;
            /**
             * Last Seen At
             * Format: date-time
             */
            last_seen_at: string;
            /** Name */
            name: string;
            /** Role */
            role: string;
            /** Session Id */
            session_id: string;
            /** User */
            user: string;
        };
        /**
         * Sessions
         * @description Every living session, the last used first.
         */
        Sessions: {
            /** Items */
            items: components["schemas"]["Session"][];
        };
        /**
         * SignOff
         * @description The figures as they were signed off.
         */
        SignOff: {
            /** Amount Minor */
            amount_minor: number | null;
            /** Band */
            band: string;
            /** Billed Minor */
            billed_minor: number | null;
            /**
             * Changed
             * @description Later facts have moved the figures since.
             */
            changed: boolean;
            /** Currency */
            currency: string | null;
            decision: components["schemas"]["By"];
            /** Expected Minor */
            expected_minor: number | null;
            /** Percent */
            percent: string | null;
            /** Policy Version */
            policy_version: number;
        };
        /**
         * SourceAge
         * @description How far one source is known, for this account.
         */
        SourceAge: {
            /** As Of */
            as_of: string | null;
            /**
             * Source
             * @enum {string}
             */
            source: "amplitude" | "quickbooks" | "stripe";
            /**
             * State
             * @enum {string}
             */
            state: "complete" | "failing" | "stale" | "partial" | "unlinked" | "never";
        };
        /**
         * SourceReport
         * @description The state of one source for everybody: what the banner says.
         */
        SourceReport: {
            /** As Of */
            as_of: string | null;
            /** Reason */
            reason?: string | null;
            /** Since */
            since?: string | null;
            /**
             * Source
             * @enum {string}
             */
            source: "amplitude" | "quickbooks" | "stripe";
            /**
             * State
             * @enum {string}
             */
            state: "complete" | "failing" | "stale" | "partial" | "unlinked" | "never";
        };
        /**
         * Sources
         * @description `GET /api/v1/sources`.
         */
        Sources: {
            /** Items */
            items: components["schemas"]["SourceReport"][];
        };
        /**
         * Step
         * @description One step of the arithmetic.
         */
        Step: {
            /** Amount Minor */
            amount_minor: number | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "line" | "sum" | "figure" | "part";
            /** Text */
            text: string;
        };
        /**
         * Suggestion
         * @description An account that the customer may belong to.
         */
        Suggestion: {
            /** Client Id */
            client_id: string;
            /** Name */
            name: string;
            /** Reasons */
            reasons: components["schemas"]["SuggestionReason"][];
            /**
             * Score
             * @description The sum of the reasons' points, held between 0 and 100.
             */
            score: number;
        };
        /**
         * SuggestionReason
         * @description Why an account is suggested, in words; the points add up to the score.
         */
        SuggestionReason: {
            /** Code */
            code: string;
            /** Points */
            points: number;
            /** Text */
            text: string;
        };
        /**
         * SyncAccepted
         * @description The ids of the requests; the figures follow on the live stream.
         */
        SyncAccepted: {
            /** Request Ids */
            request_ids: {
                [key: string]: string;
            };
        };
        /**
         * SyncRequest
         * @description Which source to read again; all three when it is not named.
         */
        SyncRequest: {
            /**
             * Source
             * @default null
             */
            source: ("amplitude" | "quickbooks" | "stripe") | null;
        };
        /**
         * Timeline
         * @description The latest first; `next` is the cursor of the entries before these.
         */
        Timeline: {
            /** Items */
            items: components["schemas"]["TimelineEntry"][];
            /** Next */
            next: string | null;
        };
        /**
         * TimelineEntry
         * @description Something that happened, when it happened and when we learned it.
         */
        TimelineEntry: {
            /** After */
            after?: unknown;
            /** Before */
            before?: unknown;
            /**
             * Data
             * @default {}
             */
            data: {
                [key: string]: unknown;
            };
            /** Kind */
            kind: string;
            /**
             * Learned At
             * Format: date-time
             */
            learned_at: string;
            /**
             * Occurred At
             * Format: date-time
             */
            occurred_at: string;
            /** Source */
            source: string;
            /** Title */
            title: string;
        };
        /**
         * ToldApart
         * @description An invoice that is paid in one system and open in the other: what each says is left.
         */
        ToldApart: {
            /** Document Id */
            document_id: string;
            /**
             * Gateway Currency
             * @example USD
             */
            gateway_currency: string;
            /** Gateway Minor */
            gateway_minor: number;
            handling: components["schemas"]["Handling"] | null;
            /**
             * Ledger Currency
             * @example USD
             */
            ledger_currency: string;
            /** Ledger Minor */
            ledger_minor: number;
            /** Number */
            number: string | null;
            /**
             * Offers
             * @description Empty for a role that decides nothing.
             * @default []
             */
            offers: components["schemas"]["Offer"][];
        };
        /**
         * Totals
         * @description Over all pages of the filtered portfolio.
         */
        Totals: {
            /** Accounts */
            accounts: number;
            /** By Currency */
            by_currency: components["schemas"]["CurrencyTotal"][];
            /** Cannot Judge */
            cannot_judge: number;
            /** Flagged */
            flagged: number;
        };
        /**
         * Trend
         * @description The chart of one metric.
         */
        Trend: {
            /** Days */
            days: components["schemas"]["TrendDay"][];
            line: components["schemas"]["TrendLine"] | null;
            /** Metric */
            metric: string;
            /** Unit */
            unit: string;
        };
        /**
         * TrendDay
         * @description Usage of one day; `quantity` is null where it is not known.
         */
        TrendDay: {
            /** Closed */
            closed: boolean;
            /**
             * Day
             * Format: date
             */
            day: string;
            /** Quantity */
            quantity: string | null;
        };
        /**
         * TrendLine
         * @description The straight line through the days used, drawn from `from` to `to`.
         */
        TrendLine: {
            /**
             * From
             * Format: date
             */
            from: string;
            /**
             * Intercept
             * @description An exact decimal as text.
             * @example 1834.5
             */
            intercept: string;
            /**
             * Slope
             * @description An exact decimal as text.
             * @example 1834.5
             */
            slope: string;
            /**
             * To
             * Format: date
             */
            to: string;
        };
        /**
         * UnlinkedCustomer
         * @description A customer of one source that belongs to no account.
         */
        UnlinkedCustomer: {
            /** Currency */
            currency: string | null;
            /** @description The latest about it; send its id with the next. */
            decision: components["schemas"]["LinkDecision"] | null;
            /** Name */
            name: string | null;
            /**
             * Observed At
             * Format: date-time
             */
            observed_at: string;
            /** Ref */
            ref: string;
            /**
             * Refused Client Id
             * @description The account that it was taken from; it is not suggested again.
             */
            refused_client_id: string | null;
            /** Refused Client Name */
            refused_client_name: string | null;
            /**
             * Source
             * @enum {string}
             */
            source: "amplitude" | "quickbooks" | "stripe";
            /** Suggestions */
            suggestions: components["schemas"]["Suggestion"][];
        };
        /**
         * UnlinkedCustomers
         * @description One page, the best suggested first.
         */
        UnlinkedCustomers: {
            /** Items */
            items: components["schemas"]["UnlinkedCustomer"][];
            /** Page */
            page: number;
            /** Page Size */
            page_size: number;
            /** Total */
            total: number;
        };
        /**
         * Usage
         * @description Usage of one metric in the month to date.
         */
        Usage: {
            /** Metric */
            metric: string;
            /**
             * Quantity
             * @description An exact decimal as text.
             * @example 1834.5
             */
            quantity: string;
            /** Unit */
            unit: string;
        };
        /**
         * UsageRow
         * @description One bucket of usage as it is stored.
         */
        UsageRow: {
            /**
             * Day
             * Format: date
             */
            day: string;
            /** Earlier */
            earlier: components["schemas"]["FormerValue"][];
            /**
             * Id
             * @description Customer, metric and day.
             */
            id: string;
            /**
             * Observed At
             * Format: date-time
             */
            observed_at: string;
            /**
             * Quantity
             * @description An exact decimal as text.
             * @example 1834.5
             */
            quantity: string;
            /**
             * Source
             * @enum {string}
             */
            source: "amplitude" | "quickbooks" | "stripe";
            /** Unit */
            unit: string;
            /** Version */
            version: number;
        };
        /**
         * Variance
         * @description Billed less expected of one period. The figures are null when it cannot be judged.
         */
        Variance: {
            /** Amount Minor */
            amount_minor: number | null;
            /**
             * Band
             * @enum {string}
             */
            band: "matched" | "auto_resolved" | "within_tolerance" | "needs_review" | "over_billed" | "under_billed" | "missing_invoice" | "billed_without_usage" | "no_activity" | "not_due" | "cannot_judge";
            /** Billed Minor */
            billed_minor: number | null;
            /** Currency */
            currency: string | null;
            /** Expected Minor */
            expected_minor: number | null;
            /**
             * Mark
             * @description How people stand to it, in one word.
             */
            mark?: ("resolved" | "snoozed" | "reviewed" | "signed_off" | "changed") | null;
            /** Percent */
            percent: string | null;
            period: components["schemas"]["Days"] | null;
            /**
             * Reasons
             * @default []
             */
            reasons: components["schemas"]["Reason"][];
            /**
             * Unexplained Minor
             * @description What of it no named cause accounts for.
             */
            unexplained_minor?: number | null;
        };
        /**
         * Watermark
         * @description What one counted sync covers; the row rests on it.
         */
        Watermark: {
            /**
             * As Of
             * Format: date-time
             */
            as_of: string;
            /** From Day */
            from_day?: string | null;
            /** Scope */
            scope: string;
            /**
             * Source
             * @enum {string}
             */
            source: "amplitude" | "quickbooks" | "stripe";
            /** To Day */
            to_day?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    portfolio_api_v1_accounts_get: {
        parameters: {
            query?: {
                active?: components["schemas"]["Active"];
                /** @description What the days are about. */
                axis?: components["schemas"]["Axis"];
                band?: components["schemas"]["Band"][] | null;
                flagged?: boolean | null;
                /** @description First day, included. */
                from?: string | null;
                /** @description Client ids, separated by commas. */
                ids?: string | null;
                /** @description What people decided. */
                mark?: components["schemas"]["Mark"][] | null;
                page?: number;
                page_size?: number;
                /** @description Part of name, id or invoice number. */
                search?: string | null;
                /**
                 * @description A column, with `-` before it largest first. Variance and its unexplained rest go by size whatever the sign, and
                 *     money within its currency: the currency of most accounts first. What is not known comes last.
                 */
                sort?: "name" | "-name" | "usage" | "-usage" | "invoice_total" | "-invoice_total" | "due_date" | "-due_date" | "status" | "-status" | "variance" | "-variance" | "variance_percent" | "-variance_percent" | "unexplained" | "-unexplained";
                status?: components["schemas"]["PaymentStatus"][] | null;
                /** @description Last day, included. */
                to?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Portfolio"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    account_api_v1_accounts__client_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                client_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decisions_api_v1_accounts__client_id__decisions_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                client_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decisions"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decide_api_v1_accounts__client_id__decisions_post: {
        parameters: {
            query?: never;
            header: {
                /** @description Made by the caller for one command, and sent again with it: 8 to 255 printable ASCII characters. */
                "Idempotency-Key": string;
            };
            path: {
                client_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecisionRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decision"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was used for another request, or what the command rests on has changed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    send_api_v1_accounts__client_id__flags_post: {
        parameters: {
            query?: never;
            header: {
                /** @description Made by the caller for one command, and sent again with it: 8 to 255 printable ASCII characters. */
                "Idempotency-Key": string;
            };
            path: {
                client_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FlagRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Flag"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was used for another request, or what the command rests on has changed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    draft_api_v1_accounts__client_id__flags_draft_get: {
        parameters: {
            query: {
                channel: components["schemas"]["Channel"];
                /** @description Its code. */
                discrepancy?: string | null;
                /** @description First day of its period. */
                period_start?: string | null;
            };
            header?: never;
            path: {
                client_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlagDraft"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    invoices_api_v1_accounts__client_id__invoices_get: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
            };
            header?: never;
            path: {
                client_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoices"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rate_cards_api_v1_accounts__client_id__rate_cards_get: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
            };
            header?: never;
            path: {
                client_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RateCards"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explain_api_v1_accounts__client_id__reconciliations__period__explain_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                client_id: string;
                period: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    timeline_api_v1_accounts__client_id__timeline_get: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                before?: string | null;
                limit?: number;
            };
            header?: never;
            path: {
                client_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Timeline"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit_api_v1_audit_get: {
        parameters: {
            query?: {
                action?: string | null;
                /** @description `next` of the page before. */
                before?: number | null;
                client_id?: string | null;
                limit?: number;
                user?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditLog"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    callback_api_v1_auth_callback_get: {
        parameters: {
            query?: {
                code?: string | null;
                error?: string | null;
                state?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    login_api_v1_auth_login_get: {
        parameters: {
            query?: {
                /** @description A path of ours to return to. */
                return_to?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logout_api_v1_auth_logout_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    calibrations_api_v1_calibrations_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Calibrations"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    clear_calibration_api_v1_calibrations__metric__clear_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                metric: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Clearance"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cleared"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    count_from_csv_api_v1_calibrations_csv_post: {
        parameters: {
            query?: {
                /** @description Only show what would change. */
                dry_run?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportResult"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    count_from_database_api_v1_calibrations_sql_post: {
        parameters: {
            query?: {
                /** @description Only show what would change. */
                dry_run?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CountAsked"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportResult"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    connection_api_v1_connections_quickbooks_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LedgerConnection"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_api_v1_connections_quickbooks_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionBegun"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is connected at the command line here, or is not set up. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_api_v1_connections_quickbooks_delete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is connected at the command line here, or is not set up. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    callback_api_v1_connections_quickbooks_callback_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It was not begun in this login, or does not fit. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decide_many_api_v1_decisions_post: {
        parameters: {
            query?: never;
            header: {
                /** @description Made by the caller for one command, and sent again with it: 8 to 255 printable ASCII characters. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkDecided"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An account is unknown, or not in the caller's portfolio; nothing is decided. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was used for another request, or what the command rests on has changed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_export_api_v1_exports_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExportRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportCreated"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An account is unknown, or not in the caller's portfolio; nothing is exported. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More records than are left; nothing is exported. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_file_api_v1_exports__export_id__file_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                export_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/pdf": string;
                    "text/csv": string;
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Downloaded before, or too old. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_quota_api_v1_exports_quota_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportQuota"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    figures_api_v1_figures_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Figures"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    flag_api_v1_flags__flag_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                flag_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Flag"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    import_accounts_api_v1_imports_accounts_post: {
        parameters: {
            query?: {
                /** @description Only show what would change. */
                dry_run?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportResult"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    import_rates_api_v1_imports_rates_post: {
        parameters: {
            query?: {
                /** @description Only show what would change. */
                dry_run?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/yaml": string;
                "text/csv": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportResult"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    request_retry_api_v1_invoices__gateway_invoice_id__payment_retries_post: {
        parameters: {
            query?: never;
            header: {
                /** @description Made by the caller for one command, and sent again with it: 8 to 255 printable ASCII characters. */
                "Idempotency-Key": string;
            };
            path: {
                gateway_invoice_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetryRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentRetry"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was used for another request, or what the command rests on has changed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    link_decisions_api_v1_link_decisions_get: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkDecisions"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    link_decision_api_v1_link_decisions__decision_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                decision_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkDecision"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    undo_api_v1_link_decisions__decision_id__undo_post: {
        parameters: {
            query?: never;
            header: {
                /** @description Made by the caller for one command, and sent again with it: 8 to 255 printable ASCII characters. */
                "Idempotency-Key": string;
            };
            path: {
                decision_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkDecision"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was used for another request, or what the command rests on has changed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    link_api_v1_links_post: {
        parameters: {
            query?: never;
            header: {
                /** @description Made by the caller for one command, and sent again with it: 8 to 255 printable ASCII characters. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkDecision"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such customer or account. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was used for another request, or what the command rests on has changed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me_api_v1_me_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    payment_retry_api_v1_payment_retries__payment_retry_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                payment_retry_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentRetry"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    portfolio_forecast_api_v1_portfolio_forecast_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PortfolioForecast"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sessions_api_v1_sessions_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sessions"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_all_api_v1_sessions_delete: {
        parameters: {
            query?: {
                /** @description Without it everybody's but the caller's. */
                user?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Revoked"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_api_v1_sessions__session_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown, or not in the caller's portfolio. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sources_api_v1_sources_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sources"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream_api_v1_stream_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `accounts`: which accounts changed, to what revision. `retries`: which payment retries moved, and of which account. `sources`: the state of a source changed. `reconnect`: open the stream again. `closed`: do not; the session has ended. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    request_sync_api_v1_syncs_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SyncRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SyncAccepted"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Asked again too soon. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unlinked_customers_api_v1_unlinked_customers_get: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
                /** @description Part of name or id. */
                search?: string | null;
                source?: ("amplitude" | "quickbooks" | "stripe") | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnlinkedCustomers"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unlink_api_v1_unlinks_post: {
        parameters: {
            query?: never;
            header: {
                /** @description Made by the caller for one command, and sent again with it: 8 to 255 printable ASCII characters. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkDecision"];
                };
            };
            /** @description Not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The role does not allow it. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such customer or account. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was used for another request, or what the command rests on has changed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A parameter does not make sense. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something needed is away; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
