/** Short names for the shapes of the contract. */
import type { components, operations } from "./schema";

type Schemas = components["schemas"];

export type Me = Schemas["Me"];
export type Portfolio = Schemas["Portfolio"];
export type AccountItem = Schemas["AccountItem"];
export type Account = Schemas["Account"];
export type Variance = Schemas["Variance"];
export type Reason = Schemas["Reason"];
export type Reconciliation = Schemas["Reconciliation"];
export type Receipt = Schemas["Receipt"];
export type Forecast = Schemas["Forecast"];
export type MetricForecast = Schemas["MetricForecast"];
export type PortfolioForecast = Schemas["PortfolioForecast"];
export type CurrencyForecast = Schemas["CurrencyForecast"];
export type Trend = Schemas["Trend"];
export type Invoice = Schemas["Invoice"];
export type Invoices = Schemas["Invoices"];
export type Payment = Schemas["Payment"];
export type Discrepancy = Schemas["Discrepancy"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type Timeline = Schemas["Timeline"];
export type SourceAge = Schemas["SourceAge"];
export type SourceReport = Schemas["SourceReport"];
export type Totals = Schemas["Totals"];
export type PaymentStatus = Schemas["PaymentStatus"];
export type Mark = Schemas["Mark"];
export type Gap = Schemas["Partial"];
export type Band = Schemas["Band"];
export type PortfolioQuery = NonNullable<operations["portfolio_api_v1_accounts_get"]["parameters"]["query"]>;
export type Figure = Schemas["Figure"];
export type UnlinkedCustomer = Schemas["UnlinkedCustomer"];
export type LinkDecision = Schemas["LinkDecision"];
export type CalibrationItem = Schemas["CalibrationItem"];
export type LedgerConnection = Schemas["LedgerConnection"];
export type SessionItem = Schemas["Session"];
export type AuditEntry = Schemas["AuditEntry"];
export type MadeExport = Schemas["ExportCreated"];
export type ExportQuota = Schemas["ExportQuota"];
export type ExportFilter = Omit<PortfolioQuery, "page" | "page_size">;

/** The request as it is written: what has a default may be left out, which the generated type does not know. */
export interface ExportOrder {
  format: "csv" | "pdf";
  filter?: ExportFilter;
  client_ids?: string[];
  detail?: boolean;
}
