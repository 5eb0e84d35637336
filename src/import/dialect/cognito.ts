import { ignored, to } from "./rule.ts";
import { tableDialect } from "./table-dialect.ts";

/** The CSV from which Amazon Cognito imports the users of a pool: OpenID Connect's names of claims. */
export const cognitoDialect = tableDialect({
  id: "cognito",
  title: "users of an Amazon Cognito pool: cognito:username",
  keys: ["cognito:username"],
  columns: {
    "cognito:username": to("userName"),
    name: to("name.formatted"),
    given_name: to("name.givenName"),
    family_name: to("name.familyName"),
    middle_name: to("name.middleName"),
    nickname: to("nickName"),
    preferred_username: to("displayName"),
    profile: to("profileUrl"),
    email: to("emails[primary].value"),
    phone_number: to("phoneNumbers[mobile].value"),
    address: to("addresses[home].formatted"),
    locale: to("locale"),
    zoneinfo: to("timezone"),
    picture: to("photos[photo].value"),
    email_verified: ignored,
    phone_number_verified: ignored,
    updated_at: ignored,
    _error: ignored,
  },
  recognise: (header) => (header.includes("cognito:username") ? "the header has cognito:username" : undefined),
});
