import { useCanGoBack, useRouter } from "@tanstack/react-router";
import { ChevronLeft } from "@/shared/ui/icons";

/** Back to the list as it was left: filters, page and place. Without a list behind, to the plain portfolio. */
export function BackLink() {
  const router = useRouter();
  const canGoBack = useCanGoBack();
  return (
    <a
      href="/"
      className="back"
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        if (canGoBack) router.history.back();
        else void router.navigate({ to: "/" });
      }}
    >
      <ChevronLeft size={14} /> Portfolio
    </a>
  );
}
