/** A grey bar as wide as what will stand there. */
export function Bar({ width = "100%", height = 12 }: { width?: number | string; height?: number }) {
  return <span className="bar" style={{ width, height }} aria-hidden="true" />;
}
