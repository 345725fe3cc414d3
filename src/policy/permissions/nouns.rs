//! Nouns of Microsoft Graph that are rated alike, and the names that Microsoft itself lists.

/// Nouns whose content is what people write, say, store and plan.
#[rustfmt::skip]
pub(super) const CONTENT: &[&str] = &[
    "Mail", "Mail-Advanced", "MailboxItem", "MailboxFolder", "MailboxConfigItem", "MailboxSettings",
    "Calendars", "Contacts", "Files", "Sites", "Lists", "ListItems", "Notes", "Chat", "ChatMessage",
    "ChannelMessage", "Calls", "CallRecords", "CallTranscripts", "OnlineMeetings",
    "OnlineMeetingTranscript", "OnlineMeetingRecording", "OnlineMeetingAiInsight",
    "OnlineMeetingArtifact", "AiEnterpriseInteraction", "CallRecord-PstnCalls", "ShortNotes",
    "FileStorageContainer", "Group-Conversation", "CallEvents", "CallRecordings", "Tasks",
    "TeamworkTag", "CopilotConversation", "EAS", "EWS",
];

/// Of what else the content is read only where nobody is signed in.
#[rustfmt::skip]
pub(super) const CONTENT_OF_EVERYONE: &[&str] = &[
    "CallAiInsights", "EngagementConversation", "EngagementMeetingConversation",
    "RealTimeActivityFeed", "VirtualAppointment", "VirtualEvent", "PrintJob",
];

/// What people plan and set rather than write: to read it is less than to read their mail.
#[rustfmt::skip]
pub(super) const PLANNING: &[&str] = &[
    "Calendars", "Contacts", "Tasks", "MailboxSettings", "TeamworkTag", "CallEvents",
    "OnlineMeetingArtifact",
];

/// Beginnings of nouns that tell an attacker how a tenant defends itself. What counts risks, health and use
/// of services is less.
#[rustfmt::skip]
pub(super) const TELEMETRY: &[&str] = &[
    "Audit", "Threat", "SecurityIncident", "SecurityAlert", "SecurityEvents",
    "SecurityIdentitiesAccount", "CustomDetection",
];

/// Nouns that list things of the organisation, not of its people.
#[rustfmt::skip]
pub(super) const CATALOGUES: &[&str] = &[
    "Acronym", "AppCatalog", "Bookmark", "BrowserSiteLists", "ChangeManagement", "ChannelSettings",
    "CopilotPackages", "Domain", "EduCurricula", "EngagementRole", "LearningContent",
    "LearningProvider", "LicenseAssignment", "OrganizationalBranding",
    "OrgSettings-AppsAndServices", "OrgSettings-DynamicsVoice", "OrgSettings-Forms",
    "OrgSettings-Microsoft365Install", "OrgSettings-Todo", "Place", "PlaceDevice", "PrintSettings",
    "Printer", "PrinterShare", "QnA", "SensitivityLabel", "ServiceHealth", "ServiceMessage",
    "TeamSettings", "TeamTemplates", "TeamworkAppSettings", "TeamworkCustomEmoji", "TermStore",
];

#[rustfmt::skip]
pub(super) const OWN_SMALL_THINGS: &[&str] = &[
    "Presence.ReadWrite", "TeamworkSection.ReadWrite", "PrintJob.Create", "PrintJob.ReadWrite",
    "PrintJob.ReadWriteBasic", "TeamworkCustomEmoji.Create", "AppCatalog.Submit", "Chat.Create",
    "TeamsActivity.Send",
];

/// Delegated permissions that the policy managed by Microsoft takes from user consent, as of 2026-01.
/// Source: <https://learn.microsoft.com/entra/identity/enterprise-apps/manage-app-consent-policies>.
#[rustfmt::skip]
pub(super) const TAKEN_FROM_USERS: &[&str] = &[
    "Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All", "Mail.Read",
    "Mail.ReadWrite", "Mail.ReadBasic", "Mail.Read.Shared", "Mail.ReadBasic.Shared",
    "Mail.ReadWrite.Shared", "MailboxItem.Read", "Calendars.Read", "Calendars.ReadBasic",
    "Calendars.ReadWrite", "Calendars.Read.Shared", "Calendars.ReadWrite.Shared", "Chat.Read",
    "Chat.ReadWrite", "OnlineMeetings.Read", "OnlineMeetings.ReadWrite", "MailboxFolder.Read",
    "MailboxFolder.ReadWrite", "MailboxSettings.Read", "MailboxSettings.ReadWrite",
    "Contacts.ReadWrite", "Contacts.Read.Shared", "Contacts.ReadWrite.Shared", "Tasks.Read",
    "Tasks.Read.Shared", "Tasks.ReadWrite", "Tasks.ReadWrite.Shared", "People.Read",
];
