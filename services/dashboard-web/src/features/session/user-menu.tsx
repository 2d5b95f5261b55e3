import { Button, type MantineColorScheme, Popover, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { api, CSRF, unwrap } from "@/shared/api/client";
import { asProblem } from "@/shared/api/problem";
import type { Me } from "@/shared/api/types";
import { humanised } from "@/shared/lib/words";
import { ChevronDown } from "@/shared/ui/icons";

const SCHEMES: { value: MantineColorScheme; label: string }[] = [
  { value: "auto", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

function Appearance() {
  // Keeping transitions spares a style element, which the page's policy does not allow.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  return (
    <fieldset className="appearance">
      <legend>Appearance</legend>
      {SCHEMES.map(({ value, label }) => (
        <label key={value}>
          <input
            type="radio"
            name="appearance"
            checked={colorScheme === value}
            onChange={() => setColorScheme(value)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

/** Who is signed in, how the page looks, and the way out. */
export function UserMenu({ me }: { me: Me }) {
  const signOut = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/auth/logout", { headers: CSRF })),
    onSuccess: () => location.assign("/"),
  });
  return (
    <Popover position="bottom-end" shadow="md" width={240} trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className="user" aria-label={`${me.name}, account and appearance`}>
          <span className="user-initial" aria-hidden="true">
            {me.name.slice(0, 1)}
          </span>
          <span className="user-name">{me.name}</span>
          <ChevronDown size={14} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className="popover user-panel" aria-label="Account and appearance">
        <p className="user-who">
          <strong>{me.name}</strong>
          {me.email}
          <span className="muted">{humanised(me.role)}</span>
        </p>
        <Appearance />
        <Button variant="default" fullWidth loading={signOut.isPending} onClick={() => signOut.mutate()}>
          Sign out
        </Button>
        {signOut.isError ? (
          <p role="alert" className="note" data-tone="bad">
            Not signed out: {asProblem(signOut.error).title.toLowerCase()}
          </p>
        ) : null}
      </Popover.Dropdown>
    </Popover>
  );
}
