import { createTheme } from "@mantine/core";

/** Mantine's own variables come as a static sheet (app/styles), so that no style element is needed at run time. */
export const theme = createTheme({
  fontFamily: "var(--font)",
  primaryColor: "blue",
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "sm" } },
    Popover: { defaultProps: { transitionProps: { duration: 0 } } },
  },
});
