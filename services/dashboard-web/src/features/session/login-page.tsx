import { Button } from "@mantine/core";
import { loginAddress } from "@/shared/api/session-state";
import { Mark } from "@/shared/ui/icons";

const ERRORS: Record<string, string> = {
  login_refused: "The sign-in was not completed. Nothing has changed.",
  login_expired: "That sign-in took too long or began somewhere else. Start again.",
};

/** One button: the identity provider does the rest. */
export function LoginPage({ returnTo, error }: { returnTo: string; error?: string | undefined }) {
  return (
    <main className="login">
      <div className="login-card">
        <Mark size={40} />
        <h1>Trueup</h1>
        <p>What every client used, was billed and has paid, side by side, and why it does not agree.</p>
        {error ? (
          <p className="login-error" role="alert">
            {ERRORS[error] ?? "The sign-in did not work. Start again."}
          </p>
        ) : null}
        <Button component="a" href={loginAddress(returnTo)} size="md" fullWidth>
          Sign in
        </Button>
        <p className="login-note">Signing in happens at your company's identity provider.</p>
      </div>
    </main>
  );
}
