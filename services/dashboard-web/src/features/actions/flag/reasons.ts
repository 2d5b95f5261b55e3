/** Why a message did not arrive, or why that is not known, in words that end a sentence. */
const REASONS: Record<string, string> = {
  // Slack
  channel_not_found: "Slack has no such channel, or Trueup was not invited to it",
  not_in_channel: "Trueup was not invited to the channel",
  is_archived: "the channel is archived",
  invalid_auth: "Slack does not accept Trueup's token, which an administrator must renew",
  not_authed: "Slack does not accept Trueup's token, which an administrator must renew",
  token_revoked: "Slack does not accept Trueup's token, which an administrator must renew",
  account_inactive: "Slack does not accept Trueup's token, which an administrator must renew",
  ratelimited: "Slack takes no more messages for the moment",
  // E-mail
  recipient_refused: "the mail server does not know the recipient",
  sender_refused: "the mail server does not take mail from Trueup's address",
  login_refused: "the mail server does not accept Trueup's password",
  message_refused: "the mail server refused the message",
  mail_refused: "the mail server refused to talk",
  mail_deferred: "the mail server takes no mail for the moment",
  // Either
  not_reachable: "the server could not be reached",
  redirected: "the server sent Trueup elsewhere, where it does not go",
  target_removed: "the recipient is no longer in Trueup's settings",
  timeout: "no answer came in time",
  connection_lost: "the connection broke before an answer came",
  answer_unreadable: "the answer could not be read",
  sender_lost: "the process that sent it ended before it could say how it went",
};

/** A code that the page does not know becomes readable text. */
export const reasonText = (code: string): string =>
  Object.hasOwn(REASONS, code) ? (REASONS[code] as string) : code.replaceAll("_", " ");
