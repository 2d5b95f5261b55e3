/** What the API would have to answer for a state that cannot be brought about at will: in the browser, not in the stack. */

export const problem = (status: number) => ({
  status,
  contentType: "application/problem+json",
  body: JSON.stringify({
    type: "about:blank",
    title: `Refused with ${status}`,
    status,
    code: "made_up",
    detail: "On purpose.",
    trace_id: "0199a1b2",
  }),
});
