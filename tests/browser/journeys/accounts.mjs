// Somebody with an account in two organisations works in one browser with both.
import { PEOPLE, PORTAL, signIn } from "./browser.mjs";

const menu = async (page, link) => {
  await page.locator(".account summary").click();
  await page.locator(".menu").getByRole("link", { name: link }).click();
};

const accounts = async (page) => {
  await page.goto(PORTAL);
  await signIn(page, PEOPLE.partnerAdmin);
  await menu(page, "Switch account");
  await page.getByRole("link", { name: "Sign in with another account" }).click();
  await signIn(page, PEOPLE.customerAdmin);
  await page.getByRole("heading", { level: 1, name: "Your accounts" }).waitFor();
  await page.getByRole("banner").getByText("Alder Foods").waitFor();
  await page.getByRole("button", { name: `Work as ${PEOPLE.partnerAdmin[0]}` }).click();
  await page.getByText("You work with this account now.").waitFor();
  await page.getByRole("banner").getByText("Harbour Watch").waitFor();
  await page.getByRole("button", { name: "Sign out of all accounts" }).click();
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
};

export const journeys = [{ name: "accounts: two of them in one browser", walk: accounts }];
