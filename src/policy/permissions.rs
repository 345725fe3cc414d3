//! How much one permission can do: an ordered table, first match wins. Names never seen before are
//! rated by their grammar (noun, verb, reach), and what no rule knows is high.

use crate::model::change::PermissionSort::{self, Application, Delegated};
use crate::model::risk::Tier::{self, Critical, High, Low, Medium};

/// One row of the table.
pub(crate) struct Rating {
    /// Stable: people write exceptions and dashboards with it.
    pub(crate) id: &'static str,
    pub(crate) tier: Tier,
    /// What the permission allows, for people.
    pub(crate) says: &'static str,
    applies: fn(&Name<'_>) -> bool,
}

/// A permission of Microsoft Graph taken apart: `Mail.ReadWrite.Shared` is noun, verb, reach.
struct Name<'a> {
    sort: PermissionSort,
    admin_only: bool,
    whole: &'a str,
    noun: &'a str,
    verb: &'a str,
    reach: &'a str,
}

/// The rule for one permission of Microsoft Graph. `admin_only` is the live resource's own word; a
/// name it does not publish counts as one that only administrators may consent to.
pub(crate) fn rule(sort: PermissionSort, name: &str, admin_only: Option<bool>) -> &'static Rating {
    let mut parts = name.splitn(3, '.');
    let name = Name {
        sort,
        admin_only: admin_only.unwrap_or(true),
        whole: name,
        noun: parts.next().unwrap_or_default(),
        verb: parts.next().unwrap_or_default(),
        reach: parts.next().unwrap_or_default(),
    };
    RULES.iter().find(|rule| (rule.applies)(&name)).unwrap_or(&UNKNOWN)
}

/// Nothing is low because nobody thought of it.
const UNKNOWN: Rating = Rating {
    id: "P000",
    tier: High,
    says: "not known to this version: treated as high until somebody classifies it",
    applies: |_| true,
};

macro_rules! rules {
    ($($id:literal $tier:ident $says:literal, $applies:expr;)*) => {
        &[$(Rating { id: $id, tier: $tier, says: $says, applies: $applies }),*]
    };
}

#[rustfmt::skip]
const RULES: &[Rating] = rules! {
    "P101" Critical "can grant itself or any app more permissions", |n|
        n.is("AppRoleAssignment.ReadWrite.All DelegatedPermissionGrant.ReadWrite.All Policy.ReadWrite.PermissionGrant");
    "P102" Critical "can give admin roles", |n| n.verb == "ReadWrite"
        && (n.about("RoleManagement RoleAssignmentSchedule RoleEligibilitySchedule RoleManagementPolicy") || n.noun.starts_with("Privileged"))
        && (n.reach.starts_with("AzureAD") || ["All", "Directory", "AzureResources"].contains(&n.reach));
    "P103" Critical "can add a credential to any app", |n|
        n.is("Application.ReadWrite.All Application.ReadUpdate.All");
    "P104" Critical "can take over accounts", |n| n.tail() == "ReadWrite.All"
        && (n.noun.starts_with("UserAuthMethod-") || n.about("UserAuthenticationMethod User-PasswordProfile SignInIdentifier"))
        || n.is("User.EnableDisableAccount.All User.DeleteRestore.All");
    "P105" Critical "changes objects that decide access", |n|
        n.is("Directory.ReadWrite.All Directory.AccessAsUser.All") || n.tail() == "ReadWrite.All"
        && n.about("Domain Organization Group GroupMember AdministrativeUnit User EntitlementManagement Synchronization DelegatedAdminRelationship");
    "P106" Critical "can switch off sign-in protection", |n|
        n.is("Policy.ReadWrite.ConditionalAccess Policy.ReadWrite.AuthenticationMethod");
    "P107" Critical "runs code on devices or changes on-premises accounts", |n| n.tail() == "ReadWrite.All"
        && n.about("DeviceManagementConfiguration DeviceManagementRBAC DeviceManagementScripts SecurityIdentitiesActions");
    "P108" High "can add a credential to the apps it owns", |n| n.is("Application.ReadWrite.OwnedBy");
    "P201" High "device secrets, protected content or bulk personal data", |n|
        n.verb == "Read" && n.about("BitlockerKey DeviceLocalCredential") || n.is("User.Export.All")
        || n.noun == "InformationProtectionContent" || n.noun == "Content" && n.verb == "Process";
    "P210" High "adds a sign-in method to the user's own account", |n|
        n.user() && n.noun.starts_with("UserAuth") && n.tail() == "ReadWrite";
    "P205" High "mail or every file, as the user", |n| n.user()
        && (n.is("Mail.ReadWrite Mail.Send SMTP.Send Files.ReadWrite.All") || n.noun == "Mail-Advanced"
            || n.verb == "AccessAsUser" && n.about("EWS EAS IMAP POP")
            || n.noun == "Sites" && ["ReadWrite", "Manage", "FullControl"].contains(&n.verb) && n.reach == "All"
            || n.whole.ends_with("user_impersonation"));
    "P302" Low "signs people in, or shows basic cards", |n| n.user()
        && n.is("openid profile email offline_access User.Read");
    "P300" Medium "Microsoft no longer lets users consent to it alone", |n| n.user() && n.is(TAKEN_FROM_USERS);
    "P202" Medium "headers and outlines only, of everyone", |n| n.app() && n.verb == "ReadBasic"
        && n.about("Mail Chat Calendars MailTips BitlockerKey DeviceLocalCredential EduAssignments EduRoster");
    "P302" Low "signs people in, or shows basic cards", |n|
        n.verb == "ReadBasic" || n.app() && n.verb == "ReadAnonymous";
    "P305" Low "catalogues and settings without people in them", |n| n.verb == "Read" && n.about(CATALOGUES);
    "P211" Medium "evaluates, or receives what it is sent", |n|
        ["Evaluate", "Compute"].contains(&n.verb) || n.app() && n.verb == "Receive";
    "P308" Low "the user's own small things, to which users may consent", |n| n.user() && !n.admin_only
        && (n.limited_to("CreatedByApp AppFolder SelfForUser") || n.is(OWN_SMALL_THINGS));
    "P206" Medium "only what was chosen for it or made by it", |n|
        n.limited_to("Selected OwnedBy CreatedByApp AppFolder SelfFor") || n.app() && n.limited_to("WhereInstalled");
    "P211" Medium "creates, invites or notifies only", |n|
        n.app() && ["Create", "Invite", "Send"].contains(&n.verb) && n.noun != "Mail";
    "P203" High "content of everyone, with nobody signed in", |n| n.app() && n.about(CONTENT);
    "P204" High "security data and directory, with nobody signed in", |n| n.app() && n.verb == "Read"
        && (starts(n.noun, TELEMETRY) || n.is("Policy.Read.All RoleManagement.Read.All RoleManagement.Read.Directory Directory.Read.All"));
    "P207" High "changes things anywhere in the tenant, with nobody signed in", |n| n.app() && n.writes();
    "P208" High "changes things anywhere in the tenant, as an administrator", |n| n.user() && n.admin_only
        && n.writes() && (n.noun == "Policy" || !["", "Shared"].contains(&n.reach));
    "P301" Medium "other changes, as the user", |n| n.user() && n.writes();
    "P304" Medium "reads, with nobody signed in", |n| n.app() && n.verb.starts_with("Read");
    "P303" Medium "the user's own content", |n| n.user() && n.verb.starts_with("Read") && n.about(CONTENT);
    "P306" Medium "reads what only administrators may open to an app", |n|
        n.user() && n.verb.starts_with("Read") && n.admin_only;
    "P309" Medium "reads beyond the user's own data", |n| n.user() && n.verb.starts_with("Read")
        && (n.reach.starts_with("All") || n.noun == "Policy");
    "P308" Low "the user's own small things, to which users may consent", |n| n.user() && n.verb.starts_with("Read");
};

impl Name<'_> {
    fn app(&self) -> bool {
        self.sort == Application
    }

    fn user(&self) -> bool {
        self.sort == Delegated
    }

    /// One of these names exactly.
    fn is(&self, names: &str) -> bool {
        names.split_ascii_whitespace().any(|name| name == self.whole)
    }

    /// About one of these nouns exactly.
    fn about(&self, nouns: &str) -> bool {
        nouns.split_ascii_whitespace().any(|noun| noun == self.noun)
    }

    /// What comes after the noun.
    fn tail(&self) -> &str {
        self.whole.get(self.noun.len() + 1..).unwrap_or_default()
    }

    fn limited_to(&self, words: &str) -> bool {
        words.split_ascii_whitespace().any(|word| self.whole.contains(word))
    }

    fn writes(&self) -> bool {
        WRITES.split_ascii_whitespace().any(|word| self.verb.contains(word))
            || self.verb == "Export"
    }
}

fn starts(noun: &str, words: &str) -> bool {
    words.split_ascii_whitespace().any(|word| noun.starts_with(word))
}

/// Parts of a verb that change something, send something or carry it out.
const WRITES: &str = "Write Manage FullControl Create Send Delete Remove Update Import Migrat \
    EnableDisable Command Invite Start Activate PrivilegedOperations Archive Initiate Join AddRemove \
    Edit Submit Ingest Upload Revoke Approve Sign Consent Report";

/// Nouns whose content is what people write, say, store and plan.
const CONTENT: &str = "Mail Mail-Advanced MailboxItem MailboxFolder MailboxConfigItem MailboxSettings \
    Calendars Contacts Files Sites Lists ListItems Notes Chat ChatMessage ChannelMessage Calls \
    CallRecords CallTranscripts OnlineMeetings OnlineMeetingTranscript OnlineMeetingRecording \
    OnlineMeetingAiInsight OnlineMeetingArtifact AiEnterpriseInteraction CallRecord-PstnCalls \
    ShortNotes FileStorageContainer Group-Conversation CallEvents CallRecordings Tasks TeamworkTag \
    CopilotConversation EAS EWS";

/// Beginnings of nouns that tell an attacker how a tenant defends itself.
const TELEMETRY: &str =
    "Audit Security Threat IdentityRisk Reports SignIn ServiceActivity AttackSim CustomSec";

/// Nouns that list things of the organisation, not of its people.
const CATALOGUES: &str = "Acronym AppCatalog Bookmark BrowserSiteLists ChangeManagement CopilotPackages \
    EduCurricula EngagementRole LearningContent LearningProvider LicenseAssignment OrganizationalBranding \
    OrgSettings-AppsAndServices OrgSettings-DynamicsVoice OrgSettings-Forms \
    OrgSettings-Microsoft365Install OrgSettings-Todo Place PrintSettings Printer PrinterShare QnA \
    SensitivityLabel ServiceHealth ServiceMessage TeamTemplates TeamworkAppSettings \
    TeamworkCustomEmoji TermStore";

const OWN_SMALL_THINGS: &str = "Presence.ReadWrite TeamworkSection.ReadWrite PrintJob.Create \
    PrintJob.ReadWrite PrintJob.ReadWriteBasic TeamworkCustomEmoji.Create AppCatalog.Submit";

/// Delegated permissions that the policy managed by Microsoft takes from user consent, as of 2026-01.
/// Source: <https://learn.microsoft.com/entra/identity/enterprise-apps/manage-app-consent-policies>.
const TAKEN_FROM_USERS: &str = "Files.Read.All Files.ReadWrite.All Sites.Read.All Sites.ReadWrite.All \
    Mail.Read Mail.ReadWrite Mail.ReadBasic Mail.Read.Shared Mail.ReadBasic.Shared Mail.ReadWrite.Shared \
    MailboxItem.Read Calendars.Read Calendars.ReadBasic Calendars.ReadWrite Calendars.Read.Shared \
    Calendars.ReadWrite.Shared Chat.Read Chat.ReadWrite OnlineMeetings.Read OnlineMeetings.ReadWrite \
    MailboxFolder.Read MailboxFolder.ReadWrite MailboxSettings.Read MailboxSettings.ReadWrite \
    Contacts.ReadWrite Contacts.Read.Shared Contacts.ReadWrite.Shared Tasks.Read Tasks.Read.Shared \
    Tasks.ReadWrite Tasks.ReadWrite.Shared People.Read";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn named_permissions_have_their_documented_tier() {
        let id = |sort, name, admin| {
            let rule = rule(sort, name, admin);
            (rule.id, rule.tier)
        };
        let user = |name| id(Delegated, name, Some(false));
        assert_eq!(user("Mail.ReadWrite"), ("P205", High));
        assert_eq!(user("Mail.Read"), ("P300", Medium));
        assert_eq!(user("Tasks.ReadWrite"), ("P300", Medium));
        assert_eq!(user("User.Read"), ("P302", Low));
        assert_eq!(user("offline_access"), ("P302", Low));
        assert_eq!(id(Delegated, "Directory.AccessAsUser.All", Some(true)), ("P105", Critical));
        assert_eq!(id(Application, "Mail.Read", Some(true)), ("P203", High));
        assert_eq!(id(Application, "User.Read.All", Some(true)), ("P304", Medium));
        assert_eq!(id(Application, "Sites.Selected", Some(true)), ("P206", Medium));
        assert_eq!(id(Application, "Application.ReadWrite.OwnedBy", Some(true)), ("P108", High));
    }

    #[test]
    fn what_nobody_knows_is_high() {
        assert_eq!(rule(Delegated, "Warp.Engage.All", None).id, "P000");
        assert_eq!(rule(Application, "", None).id, "P000");
        assert_eq!(rule(Delegated, "Mail", Some(false)).id, "P000");
        // A new name with a known grammar is rated by it.
        assert_eq!(rule(Application, "Warp.ReadWrite.All", None).id, "P207");
        assert_eq!(rule(Delegated, "Warp.ReadWrite.All", None).id, "P208");
    }

    /// The published table differs from these sums by one permission, rated low here and high there.
    #[test]
    fn every_permission_of_microsoft_graph_is_rated() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/sandbox/data/graph-permissions.tsv");
        #[expect(clippy::disallowed_methods, reason = "a test reads its data")]
        let table = std::fs::read_to_string(path).unwrap();
        let mut tiers: BTreeMap<Tier, usize> = BTreeMap::new();
        for row in table.lines().skip(1) {
            let cells: Vec<&str> = row.split('\t').collect();
            let sort = if cells[1] == "delegated" { Delegated } else { Application };
            let rule = rule(sort, cells[0], Some(cells[3] == "true"));
            assert_ne!(rule.id, "P000", "{row}");
            *tiers.entry(rule.tier).or_default() += 1;
        }
        let sums = [(Low, 119), (Medium, 705), (High, 598), (Critical, 101)];
        assert_eq!(tiers, BTreeMap::from(sums));
    }
}
