/** Shapes of operations that the contract does not list yet; each part goes when docs/openapi.json has it. */
import type { Client } from "openapi-fetch";
import { api } from "./client";

export interface SessionItem {
  session_id: string;
  user: string;
  name: string;
  role: string;
  created_at: string;
  last_seen_at: string;
  current: boolean;
  address?: string | null;
}

export interface AuditEntry {
  seq: number;
  at: string;
  user: string;
  role: string;
  action: string;
  client_id: string | null;
  detail: Record<string, unknown>;
  hash: string;
}

export interface AuditPage {
  items: AuditEntry[];
  next: number | null;
}

interface Answers<Body> {
  content: { "application/json": Body };
}

interface Ask<Body, Query = undefined, Path = undefined> {
  parameters: { query?: Query; path?: Path };
  responses: { 200: Answers<Body> };
}

interface ComingPaths {
  "/api/v1/sessions": {
    get: Ask<{ items: SessionItem[] }>;
    delete: Ask<{ revoked: number }, { user?: string }>;
  };
  "/api/v1/sessions/{session_id}": { delete: Ask<undefined, undefined, { session_id: string }> };
  "/api/v1/audit": {
    get: Ask<AuditPage, { before?: number; limit?: number; user?: string; action?: string; client_id?: string }>;
  };
}

export const coming = api as unknown as Client<ComingPaths>;
