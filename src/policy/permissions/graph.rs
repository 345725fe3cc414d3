//! The rules for Microsoft Graph. A number keeps its tier and its meaning; what is new gets a new one.

use super::nouns::{
    CATALOGUES, CONTENT, CONTENT_OF_EVERYONE, OWN_SMALL_THINGS, PLANNING, TAKEN_FROM_USERS,
    TELEMETRY,
};
use super::{Name, Rating, first, rules};
use crate::model::change::PermissionSort;
use crate::model::risk::Tier::High;

/// The rule for one permission of Microsoft Graph.
pub(in crate::policy) fn rule(
    sort: PermissionSort,
    name: &str,
    admin_only: Option<bool>,
) -> &'static Rating {
    known(&Name::read(sort, name, admin_only)).unwrap_or(&UNKNOWN)
}

/// The rule that knows it. Exchange and SharePoint name theirs by the same grammar.
pub(super) fn known(name: &Name<'_>) -> Option<&'static Rating> {
    first(RULES, name)
}

/// Nothing is low because nobody thought of it.
pub(super) const UNKNOWN: Rating = Rating {
    id: "P000",
    tier: High,
    says: "not known to this version: treated as high until somebody classifies it",
    applies: |_| true,
};

#[rustfmt::skip]
pub(super) const RULES: &[Rating] = rules! {
    "P101" Critical "can grant itself or any app more permissions", |n|
        n.is("AppRoleAssignment.ReadWrite.All DelegatedPermissionGrant.ReadWrite.All Policy.ReadWrite.PermissionGrant");
    "P102" Critical "can give admin roles", |n| n.verb == "ReadWrite"
        && (n.about("RoleManagement RoleAssignmentSchedule RoleEligibilitySchedule RoleManagementPolicy")
            || n.noun.starts_with("Privileged") && !n.noun.contains('-'))
        && (n.reach.starts_with("AzureAD") || n.up_to("All Directory AzureResources"));
    "P103" Critical "can add a credential to any app", |n|
        n.is("Application.ReadWrite.All Application.ReadUpdate.All");
    "P104" Critical "can take over accounts", |n| n.tail() == "ReadWrite.All"
        && (n.noun.starts_with("UserAuthMethod-") || n.about("UserAuthenticationMethod User-PasswordProfile SignInIdentifier"))
        || n.is("User.EnableDisableAccount.All User.DeleteRestore.All");
    "P105" Critical "changes objects that decide access", |n|
        n.is("Directory.ReadWrite.All Directory.AccessAsUser.All") || n.tail() == "ReadWrite.All"
        && n.about("Domain Organization Group GroupMember Group-OnPremisesSyncBehavior AdministrativeUnit User \
            EntitlementManagement Synchronization DelegatedAdminRelationship");
    "P106" Critical "can switch off sign-in protection", |n|
        n.is("Policy.ReadWrite.ConditionalAccess Policy.ReadWrite.AuthenticationMethod");
    "P107" Critical "runs code on devices or changes on-premises accounts", |n| n.tail() == "ReadWrite.All"
        && n.about("DeviceManagementConfiguration DeviceManagementRBAC DeviceManagementScripts SecurityIdentitiesActions");
    "P108" High "can add a credential to the apps it owns", |n| n.is("Application.ReadWrite.OwnedBy");
    "P109" High "can add a credential to agents", |n| n.noun == "AgentIdentityBlueprint"
        && n.does("AddRemoveCreds ReadWrite UpdateAuthProperties");
    "P201" High "device secrets, protected content or bulk personal data", |n|
        n.verb == "Read" && n.about("BitlockerKey DeviceLocalCredential") || n.is("User.Export.All")
        || n.noun == "InformationProtectionContent";
    "P210" High "adds a sign-in method to the user's own account", |n|
        n.user() && n.noun.starts_with("UserAuth") && n.tail() == "ReadWrite";
    "P214" High "installs Teams apps and consents to what they ask for", |n|
        n.verb.contains("AndConsent") || n.verb.starts_with("ManageSelectedFor");
    "P215" High "starts and commands apps on the user's devices", |n| n.is("Device.Command");
    "P216" High "creates accounts or identities of apps", |n| n.is("User.Create User.Invite.All SynchronizationData-User.Upload")
        || n.noun.starts_with("AgentIdentity") && n.verb.starts_with("Create")
        || n.noun == "User-ConvertToInternal";
    "P217" High "is asked during sign-ins and adds to tokens", |n| n.is("CustomAuthenticationExtension.Receive.Payload");
    "P205" High "mail or every file, as the user", |n| n.user()
        && (n.is("Mail.ReadWrite Mail.Send SMTP.Send Files.ReadWrite.All Notes.ReadWrite.All") || n.noun == "Mail-Advanced"
            || n.verb == "AccessAsUser" && n.about("EWS EAS IMAP POP")
            || n.is("MailboxItem.ReadWrite MailboxItem.ImportExport MailboxItem.Export")
            || n.noun == "Sites" && n.does("ReadWrite Manage FullControl") && n.reach == "All"
            || n.whole.ends_with("user_impersonation"));
    "P209" High "the whole directory or all security data, as the user", |n| n.user()
        && n.is("Directory.Read.All ThreatHunting.Read.All ThreatIntelligence.Read.All");
    "P302" Low "signs people in, or shows basic cards", |n| n.user()
        && n.is("openid profile email offline_access User.Read TeamMember.Read.All");
    "P300" Medium "Microsoft no longer lets users consent to it alone", |n| n.user() && TAKEN_FROM_USERS.contains(&n.whole);
    "P202" Medium "headers and outlines only, of everyone", |n| n.verb == "ReadBasic"
        && (n.app() && n.about("Mail Chat Calendars MailTips EduAssignments EduRoster")
            || n.about("BitlockerKey DeviceLocalCredential"));
    "P302" Low "signs people in, or shows basic cards", |n|
        n.verb == "ReadBasic" || n.app() && n.verb == "ReadAnonymous";
    "P305" Low "catalogues and settings without people in them", |n| n.verb == "Read" && CATALOGUES.contains(&n.noun);
    "P211" Medium "evaluates, or receives what it is sent", |n|
        n.does("Evaluate Compute") || n.noun == "Content" && n.verb == "Process" || n.app() && n.verb == "Receive";
    "P308" Low "the user's own small things, to which users may consent", |n| n.user() && !n.admin_only
        && (n.up_to("CreatedByApp AppFolder") || n.verb.ends_with("SelfForUser") || OWN_SMALL_THINGS.contains(&n.whole));
    "P206" Medium "only what was chosen for it or made by it", |n|
        (n.up_to("Selected OwnedBy CreatedByApp AppFolder") || n.verb == "Selected" || n.app() && n.reach == "WhereInstalled")
        && n.noun != "ThreatIndicators";
    "P211" Medium "creates, invites or notifies only", |n| n.app()
        && (n.verb == "Create" && n.about("Group Chat Channel Team TeamsTab TeamworkCustomEmoji")
            || n.does("Invite Send") && n.noun != "Mail"
            || n.noun == "Calls" && n.verb.starts_with("Initiate"));
    "P213" Medium "calendars, contacts, tasks and settings of everyone, only to read", |n|
        n.app() && n.verb == "Read" && PLANNING.contains(&n.noun);
    "P203" High "content of everyone, with nobody signed in", |n| n.app()
        && (CONTENT.contains(&n.noun) || CONTENT_OF_EVERYONE.contains(&n.noun));
    "P212" High "who holds admin roles and how sign-in is protected, with nobody signed in", |n| n.app()
        && n.verb == "Read" && (n.noun.starts_with("Role")
            || n.noun.starts_with("Privileged") && !n.noun.contains('-') || n.is("Policy.Read.ConditionalAccess"));
    "P204" High "security data and directory, with nobody signed in", |n| n.app() && n.verb == "Read"
        && (TELEMETRY.iter().any(|word| n.noun.starts_with(word)) || n.is("Policy.Read.All Directory.Read.All"));
    "P207" High "changes things anywhere in the tenant, with nobody signed in", |n| n.app() && n.writes();
    "P208" High "changes things anywhere in the tenant, as an administrator", |n| n.user() && n.writes()
        && (n.admin_only && (n.noun == "Policy" || !n.up_to("Shared") && !n.reach.is_empty())
            || n.is("AttackSimulation.ReadWrite.All Financials.ReadWrite.All"));
    "P301" Medium "other changes, as the user", |n| n.user() && n.writes();
    "P304" Medium "reads, with nobody signed in", |n| n.app() && n.reads();
    "P303" Medium "the user's own content", |n| n.user() && n.reads()
        && (CONTENT.contains(&n.noun) && !n.is("Contacts.Read") || n.noun == "UserCloudClipboard");
    "P306" Medium "reads what only administrators may open to an app", |n|
        n.user() && n.reads() && n.admin_only;
    "P309" Medium "reads beyond the user's own data", |n| n.user() && n.reads()
        && (n.reach.starts_with("All") || n.noun == "Policy");
    "P308" Low "the user's own small things, to which users may consent", |n| n.user() && n.reads();
};
