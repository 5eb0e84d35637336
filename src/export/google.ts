import { groupsCell, tableWriter, typed } from "./table-writer.ts";

/** Users as the admin console of Google Workspace takes them; passwords are left blank. */
export const googleExport = tableWriter("google", "users of Google Workspace", [
  ["First Name [Required]", "name.givenName"],
  ["Last Name [Required]", "name.familyName"],
  ["Email Address [Required]", "userName"],
  ["Password [Required]", () => ""],
  ["Recovery Email", ({ attributes }) => typed(attributes, "emails", "recovery")],
  ["Home Secondary Email", ({ attributes }) => typed(attributes, "emails", "home")],
  ["Work Secondary Email", ({ attributes }) => typed(attributes, "emails", "other")],
  ["Recovery Phone [MUST BE IN THE E.164 FORMAT]", ({ attributes }) => typed(attributes, "phoneNumbers", "recovery")],
  ["Work Phone", ({ attributes }) => typed(attributes, "phoneNumbers", "work")],
  ["Home Phone", ({ attributes }) => typed(attributes, "phoneNumbers", "home")],
  ["Mobile Phone", ({ attributes }) => typed(attributes, "phoneNumbers", "mobile")],
  ["Work Address", ({ attributes }) => typed(attributes, "addresses", "work", "formatted")],
  ["Home Address", ({ attributes }) => typed(attributes, "addresses", "home", "formatted")],
  ["Employee ID", "employeeNumber"],
  ["Employee Type", "userType"],
  ["Employee Title", "title"],
  ["Manager Email", ({ managerMail = "", manager = "" }) => managerMail || manager],
  ["Department", "department"],
  ["Cost Center", "costCenter"],
  ["Groups", groupsCell(";")],
  ["New Status [UPLOAD ONLY]", ({ attributes }) => (attributes.active === false ? "Suspended" : "Active")],
]);
