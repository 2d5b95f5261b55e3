/** One fuse for each kind of action; all look by asking who is signed in, which changes nothing. */
import { api, unwrap } from "../api/client";
import { createCircuit } from "./circuit";

const look = (signal: AbortSignal) => unwrap(api.GET("/api/v1/me", { signal }));

export const retryCircuit = createCircuit(look);
export const decideCircuit = createCircuit(look);
export const flagCircuit = createCircuit(look);
