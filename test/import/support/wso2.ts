/** The two CSV files of WSO2 Identity Server's guide to importing users, letter for letter. */

export const wso2Csv = `UserName,Password,Claims
name1,Password1,http://wso2.org/claims/emailaddress=name1@gmail.com,http://wso2.org/claims/country=France
name2,Password2,http://wso2.org/claims/emailaddress=name2@gmail.com,http://wso2.org/claims/country=France
name3,Password3,http://wso2.org/claims/emailaddress=name3@gmail.com,http://wso2.org/claims/country=France
`;

const line3 =
  "name3,Password3,http://wso2.org/claims/emailaddress=name3@gmail.com,http://wso2.org/claims/country=France";
const askPassword = "http://wso2.org/claims/identity/askPassword=true";

export const wso2AskPasswordCsv = wso2Csv.replace(line3, `${line3},${askPassword}`);
