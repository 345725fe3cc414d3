//! What the numbers of the sign-in service mean.
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>

/// One number, in people's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Aadsts {
    pub(crate) code: u32,
    pub(crate) cause: &'static str,
    pub(crate) remedy: &'static str,
}

/// The entry of a number, if it is known here.
pub(crate) fn lookup(code: u32) -> Option<Aadsts> {
    TABLE.iter().find(|(codes, ..)| codes.contains(&code)).map(|&(_, cause, remedy)| Aadsts {
        code,
        cause,
        remedy,
    })
}

/// The first `AADSTS` number in a text.
pub(crate) fn find(text: &str) -> Option<u32> {
    let after = &text[text.find("AADSTS")? + "AADSTS".len()..];
    let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    after[..end].parse().ok()
}

type Row = (&'static [u32], &'static str, &'static str);

const TABLE: &[Row] = &[
    (
        &[65001],
        "nobody consented to these permissions for this user, client and resource",
        "declare them in a [[grant]] for the user or for all users, then plan and apply",
    ),
    (
        &[65002],
        "a Microsoft app asks a Microsoft API that has not preauthorized it",
        "no tenant can grant this: use a client app of your own",
    ),
    (
        &[65004],
        "the user declined the consent prompt",
        "sign in again and accept, or grant the permissions as an administrator",
    ),
    (
        &[65005],
        "the client asks for a resource or permission that it does not declare, or the resource is not in the tenant",
        "create the resource's service principal, or correct what the app declares",
    ),
    (&[650_051], "the list of permissions is too long", "ask for fewer permissions"),
    (
        &[650_052],
        "the tenant has no service principal or no licence for the API",
        "license the service, or create its service principal",
    ),
    (
        &[650_054],
        "the resource was removed from the tenant",
        "restore its service principal, or drop it from the app",
    ),
    (
        &[650_056],
        "the app declares no permission for the resource, or nothing was consented",
        "declare and grant the permissions, and check the client id",
    ),
    (
        &[650_057],
        "the resource is not among those that the app declares",
        "add it to the app's required resources",
    ),
    (
        &[90008],
        "not even sign-in was consented for the app",
        "include openid, profile and User.Read of Microsoft Graph in its grant",
    ),
    (&[90009], "the app asks a token for itself by an address", "ask by its app id"),
    (&[90090], "the consent could not be recorded just now", "try again"),
    (
        &[90093],
        "the user may not consent, by role or by the tenant's policy",
        "grant the permissions as an administrator, or change [user_consent]",
    ),
    (
        &[90094],
        "an administrator has to consent",
        "declare a [[grant]] for the users who need it, then plan and apply",
    ),
    (
        &[90095],
        "an administrator has to consent, and the user may ask for it",
        "review the request, or declare a [[grant]]",
    ),
    (
        &[900_941, 900_981],
        "an administrator has to consent, because the app was judged risky",
        "check its publisher before you grant anything",
    ),
    (
        &[90099],
        "the app is not authorized in the customer's tenant",
        "consent to it in the customer's tenant first",
    ),
    (
        &[50105],
        "the app requires an assignment and the user has none",
        "declare an [[assignment]] for the user, or for a group the user is a direct member of",
    ),
    (
        &[700_016, 700_011],
        "the client app is not in this tenant",
        "check client id, tenant and cloud; in the right tenant, create its service principal",
    ),
    (&[70001, 7_000_112], "the application is disabled", "enable its service principal"),
    (
        &[1_000_031],
        "the application cannot be used at this time",
        "an administrator or Microsoft blocked it: look at its service principal",
    ),
    (
        &[500_011],
        "the resource is not in this tenant",
        "create its service principal, or correct its address",
    ),
    (&[50001], "the resource is disabled or missing", "enable or create its service principal"),
    (
        &[70011, 28002, 28003],
        "the list of permissions is invalid or empty",
        "use exact permission names, of one resource per request",
    ),
    (&[28004], "too many permissions in one request", "split the request"),
    (&[700_022], "permissions of several resources in one request", "ask for one resource"),
    (&[50020], "the account is no guest of this tenant", "invite it, or choose its own tenant"),
    (&[50034, 51004, 16000], "the account is not in this tenant", "check account and tenant"),
    (&[50057], "the user is disabled", "use another account"),
    (
        &[50076, 50079, 50074, 50072],
        "a second factor is needed",
        "sign in interactively: `az login --tenant TENANT`",
    ),
    (
        &[53003, 530_032, 53000],
        "Conditional Access blocks the sign-in",
        "ask whoever owns the policy; the device may have to be compliant",
    ),
    (&[50126, 50055, 50053], "the password is wrong, expired or locked", "sign in again"),
    (
        &[50173, 70008, 700_082, 70043],
        "the stored sign-in expired or was revoked",
        "sign in again: `az login --tenant TENANT`",
    ),
    (&[50194], "the app is for one tenant only", "name the tenant: AZURE_TENANT_ID"),
    (&[90002], "no such tenant in this cloud", "check AZURE_TENANT_ID and the cloud"),
    (
        &[90038, 900_382, 900_432],
        "the tenant lives in another national cloud",
        "name it with --cloud, and as `cloud` in the manifest's [tenant]",
    ),
    (&[7_000_215], "the client secret is wrong", "use the secret's value, not its id"),
    (
        &[7_000_222, 70002],
        "the client secret or certificate is wrong or expired",
        "make a new credential for the app",
    ),
    (
        &[7_000_218],
        "the app needs a credential and none was sent",
        "set AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH, or allow public client flows",
    ),
    (&[700_025], "a public client sent a secret", "unset AZURE_CLIENT_SECRET"),
    (
        &[700_027],
        "the certificate's signature was not accepted",
        "register this very certificate with the app, and use its own key",
    ),
    (
        &[70021, 70025, 700_211, 700_212, 700_213],
        "no federated credential of the app fits this token",
        "compare issuer, subject and audience of the federated credential with the pipeline's",
    ),
    (
        &[7_002_138],
        "a federated credential of the app fits this token in other letter case only",
        "write issuer, subject and audience of the federated credential exactly as the pipeline's",
    ),
    (
        &[7_002_381],
        "the tenant takes pipelines of certain GitHub enterprises only",
        "run in a repository of one of them, or ask whoever owns the tenant's policy",
    ),
    (
        &[501_661],
        "the sign-in service could not fetch the keys of whoever issued the identity token",
        "its issuer has to be reachable from the internet by https",
    ),
    (
        &[50013, 500_133],
        "the signed statement was not accepted: by its signature, its issuer or its time",
        "check this machine's clock and the issuer, then run again for a new statement",
    ),
    (
        &[700_021, 700_023],
        "the signed statement names another app or another tenant's sign-in address",
        "check AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_AUTHORITY_HOST",
    ),
    (
        &[700_024],
        "the signed statement is too old, or not valid yet",
        "check this machine's clock, and that the platform renews its token file",
    ),
    (&[70016, 70019, 70018], "the device code is pending, expired or wrong", "start again"),
    (&[90015], "the request is too long", "ask for fewer permissions"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_texts() {
        assert_eq!(find("ERROR: AADSTS700082: The refresh token"), Some(700_082));
        assert_eq!(find("AADSTS"), None);
        assert_eq!(find("AADSTS99999999999999"), None);
        assert_eq!(find("nothing"), None);
        assert_eq!(lookup(7_000_215).unwrap().cause, "the client secret is wrong");
        assert_eq!(lookup(1), None);
    }

    #[test]
    fn no_number_stands_twice() {
        let mut codes: Vec<u32> =
            TABLE.iter().flat_map(|(codes, ..)| codes.iter().copied()).collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }
}
