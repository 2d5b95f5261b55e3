/** Hand a file to the browser's downloads under a name of ours. */
export function saveFile(content: Blob, filename: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = filename;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has begun to copy by the time that the next task runs; a minute is for slow disks.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
