//! The rules for Microsoft's other APIs and for everybody else's. An API of the table has rows of its own;
//! Exchange and SharePoint also follow the grammar of Microsoft Graph. Whatever has no row is rated by whose
//! the API is.

use super::graph::known;
use super::{Name, Rating, first, rules};
use crate::model::change::PermissionSort;
use crate::model::id::AppId;

/// Whose API it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) enum Publisher {
    Microsoft,
    /// Another organisation, the tenant's own, or not known.
    Other,
}

/// How the names of an API are made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grammar {
    OfGraph,
    Own,
}

pub(super) struct Api {
    pub(super) app: AppId,
    grammar: Grammar,
    rules: &'static [Rating],
}

/// The rule for a permission of an API that is not Microsoft Graph.
pub(in crate::policy) fn rule_of_other(
    resource: Option<AppId>,
    publisher: Publisher,
    (sort, name, admin_only): (PermissionSort, &str, Option<bool>),
) -> &'static Rating {
    let name = Name::read(sort, name, admin_only);
    let of_microsoft = || match publisher {
        Publisher::Microsoft => first(OF_MICROSOFT, &name),
        Publisher::Other => None,
    };
    let api = APIS.iter().find(|api| Some(api.app) == resource);
    first(OF_ANY, &name).or_else(|| of_table(api?, &name)).or_else(of_microsoft).unwrap_or(&CUSTOM)
}

fn of_table(api: &'static Api, name: &Name<'_>) -> Option<&'static Rating> {
    let by_grammar = || match api.grammar {
        Grammar::OfGraph => known(name),
        Grammar::Own => None,
    };
    first(api.rules, name).or_else(by_grammar)
}

/// Their ids are the same in every tenant, and nobody else can take them.
pub(super) const APIS: &[Api] = &[
    api(0x0000_0002_0000_0ff1_ce00_0000_0000_0000, Grammar::OfGraph, EXCHANGE),
    api(0x0000_0003_0000_0ff1_ce00_0000_0000_0000, Grammar::OfGraph, SHAREPOINT),
    api(0xc539_3580_f805_4401_95e8_94b7_a6ef_2fc2, Grammar::Own, OFFICE_MANAGEMENT),
    api(0x0000_0009_0000_0000_c000_0000_0000_0000, Grammar::Own, POWER_BI),
    api(0x0000_0007_0000_0000_c000_0000_0000_0000, Grammar::Own, DATAVERSE),
    api(0x4752_26c6_020e_4fb2_8a90_7a97_2cbf_c1d4, Grammar::Own, POWER_APPS),
    api(0x7df0_a125_d3be_4c96_aa54_591f_83ff_541c, Grammar::Own, POWER_AUTOMATE),
];

const fn api(app: u128, grammar: Grammar, rules: &'static [Rating]) -> Api {
    Api { app: AppId::from_u128(app), grammar, rules }
}

const CUSTOM: Rating = Rating {
    id: "P404",
    tier: crate::model::risk::Tier::Medium,
    says: "a custom API: ask its owner what it allows",
    applies: |_| true,
};

#[rustfmt::skip]
const OF_ANY: &[Rating] = rules! {
    "P302" Low "signs people in, or shows basic cards", |n| n.is("openid profile email offline_access");
    "P401" Critical "everything in everybody's mailbox", |n|
        n.is("full_access_as_app full_access_as_user Exchange.ManageAsApp Exchange.ManageAsAppV2");
};

#[rustfmt::skip]
const OF_MICROSOFT: &[Rating] = rules! {
    "P402" High "everything there, as the user", |n| n.whole == "user_impersonation";
    "P405" High "something in a service of Microsoft, with nobody signed in", |n| n.app();
    "P403" Medium "a service of Microsoft without rules of its own", |_| true;
};

#[rustfmt::skip]
const EXCHANGE: &[Rating] = rules! {
    "P411" High "mail of every mailbox, with nobody signed in", |n|
        n.app() && (n.does("AccessAsApp SendAsApp") || n.noun == "Mailbox");
    "P412" High "mail of every mailbox that the user may open", |n|
        n.user() && n.is("Mail.Read.All Mail.ReadWrite.All Mail.Send.All");
    "P413" High "changes settings and groups of Exchange", |n|
        n.noun == "Exchange" || n.is("Organization.ReadWrite.All Group.ReadWrite.All");
};

#[rustfmt::skip]
const SHAREPOINT: &[Rating] = rules! {
    "P421" High "changes every site and project that the user may open", |n| n.user()
        && (n.noun == "AllSites" && n.verb != "Read" || n.is("ProjectWebApp.FullControl"));
    "P422" Medium "sites and files that the user may open", |n| n.user() && n.about("AllSites MyFiles");
    "P423" High "changes people's profiles, or moves content to another tenant", |n|
        n.is("User.ReadWrite.All SharePointCrossTenantMigration.Manage.All");
    "P424" Medium "moves content, or changes what describes it, as the user", |n| n.user()
        && n.is("Migration.ReadWrite.All SitesMetadataAdmin.ReadWrite.All");
};

#[rustfmt::skip]
const OFFICE_MANAGEMENT: &[Rating] = rules! {
    "P431" High "what everybody did and which content was held back", |n|
        n.is("ActivityFeed.ReadDlp") || n.app() && n.is("ActivityFeed.Read");
    "P432" Medium "what everybody did, as an administrator", |n| n.noun == "ActivityFeed" && n.reads();
    "P305" Low "catalogues and settings without people in them", |n| n.is("ServiceHealth.Read");
};

#[rustfmt::skip]
const POWER_BI: &[Rating] = rules! {
    "P441" Critical "changes everything in Power BI", |n| n.is("Tenant.ReadWrite.All");
    "P442" High "reads everything in Power BI", |n| n.is("Tenant.Read.All");
    "P443" High "changes, runs or passes on reports and data", |n|
        n.writes() || n.does("Deploy Execute Reshare");
    "P444" Low "names of apps and capacities", |n| n.user() && n.is("App.Read.All Capacity.Read.All");
    "P445" Medium "reports and data that the user may open", |n| n.user() && n.verb == "Read";
};

#[rustfmt::skip]
const DATAVERSE: &[Rating] = rules! {
    "P451" High "all business data and apps, as the user", |n| n.user() && n.whole == "user_impersonation";
};

#[rustfmt::skip]
const POWER_APPS: &[Rating] = rules! {
    "P461" Medium "apps and environments, as the user", |n| n.user() && n.whole == "User";
};

#[rustfmt::skip]
const POWER_AUTOMATE: &[Rating] = rules! {
    "P471" High "changes flows, which act with the user's connections", |n| n.is("Flows.Manage.All");
    "P472" Medium "reads flows, or decides approvals", |n| n.user()
        && (n.noun == "Flows" || n.is("Approvals.Manage.All"));
    "P473" Low "reads approvals", |n| n.user() && n.is("Approvals.Read.All");
};

/// All rules but those of Microsoft Graph.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static Rating> {
    let shared = [OF_ANY, OF_MICROSOFT, std::slice::from_ref(&CUSTOM)];
    shared.into_iter().chain(APIS.iter().map(|api| api.rules)).flatten()
}
