import { type Rule, violationAt } from "./source.ts";

const places = /^(src|test|docs|scripts|\.ci)\/|^(README|CONTRIBUTING|Dockerfile)[^/]*$/;

/** What no text may say, and what to do instead. The patterns are put together so that this file does not say it either. */
const banned: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`\\b(TO${""}DO|FIX${""}ME)\\b`, "g"), "finish it before it goes in"],
  [/\b(test|describe|it)\.only[.(]/g, "the other tests would not run"],
  [/\b(test|describe|it)\.(skip|todo)[.(]/g, "say when: test.skipIf(condition)"],
  [new RegExp(`\\bexpect\\(tru${""}e\\)`, "g"), "expect something that can fail"],
  [new RegExp(`\\bregistry\\.npm${""}js|://regis${""}try`, "g"), "name no package registry"],
  [new RegExp(`(?<![\\w.~-]|:/)/wor${""}k/`, "g"), "name no directory of one machine"],
];

/** Words that must not stay in the tree. */
export const words: Rule = (sources) =>
  sources
    .filter(({ path }) => places.test(path))
    .flatMap((source) =>
      banned.flatMap(([pattern, instead]) =>
        [...source.text.matchAll(pattern)].map((match) =>
          violationAt(source, match.index, "words", `${match[0]}: ${instead}`),
        ),
      ),
    );
