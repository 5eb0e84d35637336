import { type Rule, to } from "./rule.ts";

/** What both tables of Microsoft Entra ID name users by, in lower case. */
export const entraColumns: Readonly<Record<string, Rule>> = {
  userprincipalname: to("userName"),
  displayname: to("displayName"),
  givenname: to("name.givenName"),
  surname: to("name.familyName"),
  mail: to("emails[work].value"),
  othermails: to("emails[other].value"),
  jobtitle: to("title"),
  department: to("department"),
  usertype: to("userType"),
  usagelocation: to("addresses[work].country", { unless: "country" }),
  country: to("addresses[work].country"),
  state: to("addresses[work].region"),
  city: to("addresses[work].locality"),
  streetaddress: to("addresses[work].streetAddress"),
  postalcode: to("addresses[work].postalCode"),
  telephonenumber: to("phoneNumbers[work].value"),
  mobilephone: to("phoneNumbers[mobile].value"),
  mobile: to("phoneNumbers[mobile].value"),
  companyname: to("organization"),
  employeeid: to("employeeNumber"),
  preferredlanguage: to("preferredLanguage"),
};
