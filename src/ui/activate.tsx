/** @jsxImportSource hono/jsx */
import type { Context } from "hono";
import { actingAs } from "../access/actor.ts";
import type { PasswordProblem } from "../access/policy.ts";
import { activate, type FoundActivation, findActivation, renewActivation } from "../applications/activation.ts";
import { readForm } from "../http/body.ts";
import { type AppEnv, type AppPorts, addressOf } from "../http/context.ts";
import type { App } from "../http/openapi/components.ts";
import { languageOf } from "../mail/words.ts";
import { activationWords } from "./activation-words.ts";
import { answerPage } from "./page.tsx";

/*
 *   GET   /activate/{code}   the page on which a user sets a password; looking at it uses nothing up, since mail
 *                            programs look at links before people do
 *   POST  /activate/{code}   sets it, or has another link sent in the place of one that is too old
 */

/** Seconds that the good news stands before the browser goes on. */
const goOnSeconds = 3;

type Ports = Pick<AppPorts, "store" | "now" | "newId" | "policy" | "rules" | "outbox">;

/** What the page says of a password that was not taken. */
type Wrong = "different" | PasswordProblem;

/** Mounts the page by which people set their first password. */
export function mountActivate(app: App, ports: Ports): void {
  app.get("/activate/:code", async (c) => {
    const found = await findActivation(ports, c.req.param("code"));
    return found === undefined ? answerOver(c, undefined) : answerForm(c, ports, found);
  });

  app.post("/activate/:code", async (c) => {
    const code = c.req.param("code");
    const form = await readForm(c);
    const found = await findActivation(ports, code);
    if (found === undefined || found.state === "over" || !found.user.isActive) return answerOver(c, found);
    const actor = { kind: "link", id: found.link.id, name: found.user.userName, address: addressOf(c) } as const;
    if (found.state === "expired") {
      return form.has("renew") ? actingAs(actor, () => renew(c, ports, found)) : answerForm(c, ports, found);
    }
    const password = form.get("password") ?? "";
    if (password !== form.get("again")) return answerForm(c, ports, found, "different");
    const activated = await actingAs(actor, () => activate(ports, code, found, password));
    if (activated.kind === "wrong") return answerForm(c, ports, found, activated.problem);
    return activated.kind === "over" ? answerOver(c, { ...found, state: "over" }) : answerDone(c, found);
  });
}

function wordsFor(c: Context<AppEnv>, found: FoundActivation | undefined) {
  const asked = c.req.header("Accept-Language")?.split(",", 1)[0] ?? "";
  const known = found?.user.locale ?? "";
  const language = languageOf(known === "" ? asked : known);
  return { language, words: activationWords[language] };
}

/** The form, with what is wrong with what was sent before; of a link that is too old the button for another. */
async function answerForm(c: Context<AppEnv>, ports: Ports, found: FoundActivation, wrong?: Wrong) {
  if (found.state === "over" || !found.user.isActive) return answerOver(c, found);
  const { language, words } = wordsFor(c, found);
  if (found.state === "expired") {
    const body = (
      <form method="post">
        <h1>{words.expired}</h1>
        <p class="soft">{found.user.userName}</p>
        <button type="submit" name="renew" value="yes">
          {words.renew}
        </button>
      </form>
    );
    return answerPage(c, { language, title: words.expired, body, status: 410 });
  }
  const charsMin = await ports.policy.charsMin(found.link.tenantId);
  const filled = (text: string): string => text.replace("{{length}}", String(charsMin));
  const problem = wrong === undefined ? undefined : wrong === "different" ? words.different : words.problems[wrong];
  const body = (
    <form method="post">
      <h1>{words.title}</h1>
      <p class="soft">
        {words.forUser} {found.user.userName}
        {found.application === undefined ? "" : ` · ${found.application.name}`}
      </p>
      {problem === undefined ? (
        ""
      ) : (
        <p class="wrong" role="alert" id="problem">
          {filled(problem)}
        </p>
      )}
      <input type="hidden" name="username" autocomplete="username" value={found.user.userName} />
      <label for="password">{words.password}</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="new-password"
        required
        autofocus
        aria-describedby={problem === undefined ? "rules" : "problem rules"}
      />
      <label for="again">{words.repeat}</label>
      <input id="again" name="again" type="password" autocomplete="new-password" required />
      <ul id="rules">
        {words.rules.map((rule) => (
          <li>{filled(rule)}</li>
        ))}
      </ul>
      <button type="submit">{words.submit}</button>
    </form>
  );
  return answerPage(c, { language, title: words.title, body, status: problem === undefined ? 200 : 422 });
}

async function renew(c: Context<AppEnv>, ports: Ports, found: FoundActivation) {
  const { language, words } = wordsFor(c, found);
  const isSent = await renewActivation(ports, found);
  if (isSent) ports.outbox.wake();
  const text = isSent ? words.renewed : words.tooSoon;
  return answerPage(c, { language, title: text, body: <h1>{text}</h1>, status: isSent ? 200 : 429 });
}

function answerDone(c: Context<AppEnv>, found: FoundActivation) {
  const { language, words } = wordsFor(c, found);
  const home = found.application?.homeUrl ?? undefined;
  const body = (
    <>
      <h1>{words.done}</h1>
      <p class="soft">{found.user.userName}</p>
      {home === undefined ? (
        ""
      ) : (
        <a class="deed" href={home}>
          {words.goOn}
          {`: ${found.application?.name ?? ""}`}
        </a>
      )}
    </>
  );
  const next = home === undefined ? undefined : { url: home, seconds: goOnSeconds };
  return answerPage(c, { language, title: words.done, body, next });
}

/** What there is to say of a link that opens nothing; one that never was is told as one that was used. */
function answerOver(c: Context<AppEnv>, found: FoundActivation | undefined) {
  const { language, words } = wordsFor(c, found);
  const text = found?.user.isActive === false ? words.inactive : words.over;
  const home = found?.application?.homeUrl ?? undefined;
  const body = (
    <>
      <h1>{text}</h1>
      {home === undefined ? (
        ""
      ) : (
        <a class="deed" href={home}>
          {words.goOn}
        </a>
      )}
    </>
  );
  return answerPage(c, { language, title: text, body, status: found === undefined ? 404 : 410 });
}
