/** One fuse for each kind of action; all look by asking who is signed in, which changes nothing. */
import { api, unwrap } from "../api/client";
import { type Circuit, createCircuit } from "./circuit";

const look = (signal: AbortSignal) => unwrap(api.GET("/api/v1/me", { signal }));

export const retryCircuit = createCircuit(look);
export const decideCircuit = createCircuit(look);
export const flagCircuit = createCircuit(look);
export const exportCircuit = createCircuit(look);

/** All of them, by what they let people do. */
export const circuits: { name: string; circuit: Circuit }[] = [
  { name: "Retrying a payment", circuit: retryCircuit },
  { name: "Deciding", circuit: decideCircuit },
  { name: "Flagging an issue", circuit: flagCircuit },
  { name: "Exporting", circuit: exportCircuit },
];
