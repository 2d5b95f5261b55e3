import { test as setup } from "@playwright/test";
import { signIn } from "./harness.ts";

for (const user of ["ana", "fay", "sam", "olga", "adam"]) {
  setup(`sign in as ${user}`, async ({ page }) => {
    await signIn(page, user);
    await page.locator(".user").waitFor();
    await page.context().storageState({ path: `test-results/.auth/${user}.json` });
  });
}
