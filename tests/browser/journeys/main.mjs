// Runs the journeys one after the other, each in a browser context of its own, and counts.
import { launch, open } from "./browser.mjs";
import { journeys as accounts } from "./accounts.mjs";
import { journeys as articles } from "./articles.mjs";
import { journeys as everyPage, screenshots } from "./every_page.mjs";
import { journeys as hunting } from "./hunting.mjs";
import { journeys as incidents } from "./incidents.mjs";
import { journeys as keyboard } from "./keyboard.mjs";
import { journeys as revocation } from "./revocation.mjs";
import { journeys as token } from "./token.mjs";

// The last one takes a consent back that the others rest on.
const ALL = [...articles, ...accounts, ...hunting, ...incidents, ...token, ...keyboard, ...everyPage, ...revocation];

const values = (name) => process.argv.filter((text) => text.startsWith(`--${name}=`)).map((text) => text.slice(name.length + 3));
const only = values("only");
const [pictures] = values("screenshots");

const browser = await launch();
let [passed, failed] = [0, 0];
try {
  if (pictures) {
    await screenshots(browser, pictures);
  } else {
    for (const { name, options, walk } of ALL) {
      if (only.length && !only.some((text) => name.includes(text))) continue;
      const { context, page, complaints } = await open(browser, options);
      try {
        await walk(page, { browser, context, complaints });
        if (complaints.length) throw new Error(complaints.join("\n"));
        passed += 1;
        console.log(`ok      ${name}`);
      } catch (error) {
        failed += 1;
        console.log(`FAILED  ${name}\n        at ${page.url()}\n        ${error.message.split("\n").join("\n        ")}`);
      } finally {
        await context.close();
      }
    }
    console.log(`${passed} passed, ${failed} failed`);
  }
} finally {
  await browser.close();
}
process.exit(failed || (!pictures && !passed) ? 1 : 0);
