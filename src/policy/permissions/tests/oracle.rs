//! Lists written from Microsoft's descriptions of its permissions, not from the rules.

use super::{Critical, High, Medium, ROWS, Row, Tier, named};

/// What gives power over others, by what its description says. Never below high.
const DANGEROUS: &[(&str, &str)] = &[
    (
        "admin roles",
        "RoleManagement.ReadWrite.Directory RoleManagement.ReadWrite.Exchange RoleManagement.ReadWrite.Defender \
         RoleManagement.ReadWrite.CloudPC RoleAssignmentSchedule.ReadWrite.Directory \
         RoleAssignmentSchedule.Remove.Directory RoleEligibilitySchedule.ReadWrite.Directory \
         RoleEligibilitySchedule.Remove.Directory RoleManagementPolicy.ReadWrite.Directory \
         RoleManagementPolicy.ReadWrite.AzureADGroup RoleManagementPolicy.ReadWrite.EntraAppRole \
         RoleManagementAlert.ReadWrite.Directory PrivilegedAccess.ReadWrite.AzureAD \
         PrivilegedAccess.ReadWrite.AzureADGroup PrivilegedAccess.ReadWrite.AzureResources \
         PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup PrivilegedAssignmentSchedule.ReadWrite.EntraAppRole \
         PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup PrivilegedEligibilitySchedule.ReadWrite.EntraAppRole \
         GroupMember.ReadWrite.All Group.ReadWrite.All Directory.ReadWrite.All AdministrativeUnit.ReadWrite.All \
         EntitlementManagement.ReadWrite.All DelegatedAdminRelationship.ReadWrite.All DeviceManagementRBAC.ReadWrite.All",
    ),
    (
        "credentials",
        "Application.ReadWrite.All Application.ReadWrite.OwnedBy Application.ReadUpdate.All \
         AgentIdentityBlueprint.AddRemoveCreds.All AgentIdentityBlueprint.ReadWrite.All \
         AgentIdentityBlueprint.UpdateAuthProperties.All User-PasswordProfile.ReadWrite.All User.ManageIdentities.All \
         User.ReadWrite.All User.EnableDisableAccount.All User.DeleteRestore.All User.Create \
         DeviceLocalCredential.Read.All BitlockerKey.Read.All Domain.ReadWrite.All \
         Domain-InternalFederation.ReadWrite.All TrustFrameworkKeySet.ReadWrite.All SpiffeTrustDomain.ReadWrite.All \
         PublicKeyInfrastructure.ReadWrite.All AppCertTrustConfiguration.ReadWrite.All \
         DeviceManagementCloudCA.ReadWrite.All MutualTlsOauthConfiguration.ReadWrite.All SignInIdentifier.ReadWrite.All",
    ),
    (
        "consent",
        "AppRoleAssignment.ReadWrite.All DelegatedPermissionGrant.ReadWrite.All Policy.ReadWrite.PermissionGrant \
         Policy.ReadWrite.ConsentRequest Policy.ReadWrite.Authorization ConsentRequest.ReadWrite.All \
         ConsentRequest.ReadApprove.All TeamsAppInstallation.ReadWriteAndConsentForChat \
         TeamsAppInstallation.ReadWriteAndConsentForTeam TeamsAppInstallation.ReadWriteAndConsentForUser \
         TeamsAppInstallation.ReadWriteAndConsentForChat.All TeamsAppInstallation.ReadWriteAndConsentForTeam.All \
         TeamsAppInstallation.ReadWriteAndConsentForUser.All TeamsAppInstallation.ReadWriteAndConsentSelfForChat \
         TeamsAppInstallation.ReadWriteAndConsentSelfForTeam TeamsAppInstallation.ReadWriteAndConsentSelfForUser \
         TeamsAppInstallation.ReadWriteAndConsentSelfForChat.All TeamsAppInstallation.ReadWriteAndConsentSelfForTeam.All \
         TeamsAppInstallation.ReadWriteAndConsentSelfForUser.All TeamsAppInstallation.ManageSelectedForChat \
         TeamsAppInstallation.ManageSelectedForTeam.All TeamsAppInstallation.ManageSelectedForUser.All",
    ),
    (
        "sign-in methods and their rules",
        "UserAuthenticationMethod.ReadWrite UserAuthenticationMethod.ReadWrite.All UserAuthMethod-Email.ReadWrite \
         UserAuthMethod-Email.ReadWrite.All UserAuthMethod-External.ReadWrite.All \
         UserAuthMethod-HardwareOATH.ReadWrite.All UserAuthMethod-MicrosoftAuthApp.ReadWrite \
         UserAuthMethod-MicrosoftAuthApp.ReadWrite.All UserAuthMethod-Passkey.ReadWrite \
         UserAuthMethod-Passkey.ReadWrite.All UserAuthMethod-Password.ReadWrite UserAuthMethod-Password.ReadWrite.All \
         UserAuthMethod-Phone.ReadWrite UserAuthMethod-Phone.ReadWrite.All UserAuthMethod-PlatformCred.ReadWrite.All \
         UserAuthMethod-QR.ReadWrite.All UserAuthMethod-SoftwareOATH.ReadWrite.All UserAuthMethod-TAP.ReadWrite \
         UserAuthMethod-TAP.ReadWrite.All UserAuthMethod-WindowsHello.ReadWrite.All \
         UserAuthMethod-ResourceKey.ReadWrite.All Policy.ReadWrite.AuthenticationMethod \
         Policy.ReadWrite.ConditionalAccess Policy.ReadWrite.SecurityDefaults Policy.ReadWrite.AuthenticationFlows \
         Policy.ReadWrite.IdentityProtection Policy.ReadWrite.CrossTenantAccess Policy.ReadWrite.FedTokenValidation \
         Policy.ReadWrite.TrustFramework IdentityProvider.ReadWrite.All IdentityUserFlow.ReadWrite.All \
         CustomAuthenticationExtension.ReadWrite.All CustomAuthenticationExtension.Receive.Payload \
         AuthenticationContext.ReadWrite.All Group-OnPremisesSyncBehavior.ReadWrite.All",
    ),
    (
        "code on devices",
        "DeviceManagementScripts.ReadWrite.All DeviceManagementConfiguration.ReadWrite.All \
         DeviceManagementApps.ReadWrite.All DeviceManagementManagedDevices.PrivilegedOperations.All \
         DeviceManagementManagedDevices.ReadWrite.All DeviceManagementServiceConfig.ReadWrite.All \
         SecurityIdentitiesActions.ReadWrite.All SecurityActions.ReadWrite.All CloudPC.ReadWrite.All \
         WindowsUpdates.ReadWrite.All TeamworkDevice.ReadWrite.All Device.Command Directory.AccessAsUser.All",
    ),
];

/// What shows no more than headers, names and states of what is the user's own anyway. Never above medium.
const HEADERS: &str = "Mail.ReadBasic Mail.ReadBasic.Shared Calendars.ReadBasic Chat.ReadBasic PrintJob.ReadBasic \
    EduAssignments.ReadBasic EduRoster.ReadBasic MailTips.ReadBasic.Shared Channel.ReadBasic.All \
    Team.ReadBasic.All User.ReadBasic.All PrinterShare.ReadBasic.All MailboxFolder.Read";

/// What no app could do harm with. Low.
const HARMLESS: &str = "openid profile email offline_access User.Read User.ReadBasic.All Presence.Read \
    Presence.ReadWrite Chat.ReadBasic Channel.ReadBasic.All Team.ReadBasic.All Acronym.Read.All Bookmark.Read.All \
    QnA.Read.All Place.Read.All TeamTemplates.Read TeamworkCustomEmoji.Read Printer.Read.All ServiceHealth.Read.All \
    OrganizationalBranding.Read.All Analytics.Read Device.Read Family.Read Files.ReadWrite.AppFolder \
    UserActivity.ReadWrite.CreatedByApp Notes.ReadWrite.CreatedByApp TeamworkSection.Read";

/// What deserves a second look, but no alarm, by itself or as the user.
const PLAIN_READS: &str = "Calendars.Read Tasks.Read Tasks.Read.All MailboxSettings.Read Reports.Read.All \
    Group.Read.All User.Read.All Device.Read.All Application.Read.All IdentityRiskyUser.Read.All \
    ServiceActivity-Teams.Read.All OnlineMeetingArtifact.Read.All Sites.Selected";

fn words(list: &'static str) -> impl Iterator<Item = &'static Row> {
    list.split_ascii_whitespace().flat_map(named)
}

#[test]
fn what_gives_power_over_others_is_high_at_least() {
    for (what, names) in DANGEROUS {
        let below: Vec<&Row> = words(names).filter(|row| row.rule.tier < High).collect();
        assert!(below.is_empty(), "{what}: {below:#?}");
    }
}

#[test]
fn what_takes_over_the_tenant_is_critical() {
    let names = "RoleManagement.ReadWrite.Directory AppRoleAssignment.ReadWrite.All Application.ReadWrite.All \
        Directory.AccessAsUser.All Directory.ReadWrite.All UserAuthenticationMethod.ReadWrite.All \
        Policy.ReadWrite.PermissionGrant Policy.ReadWrite.ConditionalAccess DeviceManagementScripts.ReadWrite.All";
    let below: Vec<&Row> = words(names).filter(|row| row.rule.tier != Critical).collect();
    assert!(below.is_empty(), "{below:#?}");
}

#[test]
fn what_shows_headers_or_little_is_no_alarm() {
    let above = |list, most: Tier| words(list).filter(|row| row.rule.tier > most).collect();
    let (headers, harmless): (Vec<&Row>, Vec<&Row>) = (
        words(HEADERS)
            .filter(|row| row.sort == super::Delegated && row.rule.tier > Medium)
            .collect(),
        words(HARMLESS)
            .filter(|row| row.sort == super::Delegated && row.rule.tier > Tier::Low)
            .collect(),
    );
    assert!(headers.is_empty() && harmless.is_empty(), "{headers:#?} {harmless:#?}");
    let plain: Vec<&Row> = above(PLAIN_READS, Medium);
    assert!(plain.is_empty(), "{plain:#?}");
}

/// Microsoft's words say by themselves that something is changed which decides who may do what.
#[test]
fn what_is_described_as_changing_who_may_do_what_is_high() {
    let acts = [
        "write", "manage", "update", "add", "create", "reset", "remove", "approve", "perform",
        "convert",
    ];
    let things = [
        "role",
        "rbac",
        "privileged",
        "eligib",
        "credential",
        "password",
        "consent",
        "permission grant",
        "authentication method",
        "passkey",
        "sign-in",
        "certificate",
        "script",
        "identities",
        "federation",
    ];
    let says = |row: &Row| {
        let described = row.described.to_lowercase();
        let mut words = described.split(|c: char| !c.is_alphanumeric());
        words.any(|word| acts.contains(&word))
            && things.iter().any(|thing| described.contains(thing))
    };
    // Asks for consent, and gives none; and one whose description is that of its sibling.
    let excused = |row: &&Row| {
        row.name == "ConsentRequest.Create" || row.name == "UserAuthMethod-ResourceKey.Read.All"
    };
    let found: Vec<&Row> = ROWS.iter().filter(|row| says(row)).collect();
    assert!(found.len() > 100, "{}", found.len());
    let below: Vec<&Row> =
        found.into_iter().filter(|row| row.rule.tier < High).filter(|row| !excused(row)).collect();
    assert!(below.is_empty(), "{below:#?}");
}
