import { groups, ignored, manager, to } from "./rule.ts";
import { tableDialect } from "./table-dialect.ts";

/** People as Okta's CSV template and its directory name their profile. */
export const oktaDialect = tableDialect({
  id: "okta",
  title: "people of Okta: login, firstName, lastName, email",
  keys: ["login"],
  columns: {
    login: to("userName"),
    firstname: to("name.givenName"),
    lastname: to("name.familyName"),
    middlename: to("name.middleName"),
    honorificprefix: to("name.honorificPrefix"),
    honorificsuffix: to("name.honorificSuffix"),
    email: to("emails[work].value"),
    secondemail: to("emails[other].value"),
    mobilephone: to("phoneNumbers[mobile].value"),
    primaryphone: to("phoneNumbers[work].value"),
    displayname: to("displayName"),
    nickname: to("nickName"),
    profileurl: to("profileUrl"),
    title: to("title"),
    usertype: to("userType"),
    preferredlanguage: to("preferredLanguage"),
    locale: to("locale"),
    timezone: to("timezone"),
    streetaddress: to("addresses[work].streetAddress"),
    city: to("addresses[work].locality"),
    state: to("addresses[work].region"),
    zipcode: to("addresses[work].postalCode"),
    countrycode: to("addresses[work].country"),
    postaladdress: to("addresses[work].formatted"),
    employeenumber: to("employeeNumber"),
    costcenter: to("costCenter"),
    organization: to("organization"),
    division: to("division"),
    department: to("department"),
    managerid: manager,
    password: to("password"),
    groups,
    _error: ignored,
  },
  recognise(header) {
    const isThis = ["login", "firstname", "lastname", "email"].every((name) => header.includes(name));
    return isThis ? "the header has login, firstName, lastName and email" : undefined;
  },
});
