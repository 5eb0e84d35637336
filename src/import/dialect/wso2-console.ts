import { groups, ignored, to } from "./rule.ts";
import { tableDialect } from "./table-dialect.ts";

/** The CSV that the console of WSO2 Identity Server offers: names of claims in lower case, groups parted by `|`. */
export const wso2ConsoleDialect = tableDialect({
  id: "wso2-console",
  title: "the console of WSO2 Identity Server: username, givenname, emailaddress",
  separator: "|",
  keys: ["username"],
  // Its console invites everybody whom it imports; a password in the file is a way of ours.
  invites: (cellOf) => cellOf("password") === "" && cellOf("emailaddress") !== "",
  columns: {
    username: to("userName"),
    password: to("password"),
    givenname: to("name.givenName"),
    lastname: to("name.familyName"),
    emailaddress: to("emails[primary].value"),
    mobile: to("phoneNumbers[mobile].value"),
    telephone: to("phoneNumbers[work].value"),
    country: to("addresses[work].country"),
    locality: to("addresses[work].locality"),
    region: to("addresses[work].region"),
    postalcode: to("addresses[work].postalCode"),
    streetaddress: to("addresses[work].streetAddress"),
    organization: to("organization"),
    department: to("department"),
    title: to("title"),
    url: to("profileUrl"),
    nickname: to("nickName"),
    displayname: to("displayName"),
    preferredlanguage: to("preferredLanguage"),
    timezone: to("timezone"),
    userid: to("externalId"),
    groups,
    roles: groups,
    _error: ignored,
  },
  recognise(_header, raw) {
    const names = raw.map((name) => name.trim());
    if (!names.includes("username") || names.some((name) => name.includes("."))) return undefined;
    const second = names.find((name) => name === "emailaddress" || name === "givenname");
    return second === undefined ? undefined : `the header has username and ${second}`;
  },
});
