//! From what a manifest calls an API to its app id. Names decide only through this built-in table.

use crate::manifest::Manifest;
use crate::manifest::app::LABEL;
use crate::manifest::source::Located;
use crate::manifest::suggest::did_you_mean;
use crate::model::finding::Finding;
use crate::model::id::{AppId, GUID};
use crate::model::schema::form;
use crate::model::untrusted::shown;

/// What this file finds.
pub(super) const CODES: &[(&str, &str)] =
    &[("unknown_resource", "a resource that is neither well known nor declared nor an app id")];

/// Microsoft's own APIs: the same app id in every tenant. Source: the daily list of Microsoft's
/// first-party apps in <https://github.com/merill/microsoft-info>.
pub(crate) const WELL_KNOWN: &[(&str, u128)] = &[
    ("Microsoft Graph", 0x00000003_0000_0000_c000_000000000000),
    ("Windows Azure Active Directory", 0x00000002_0000_0000_c000_000000000000),
    ("Office 365 Exchange Online", 0x00000002_0000_0ff1_ce00_000000000000),
    ("Office 365 SharePoint Online", 0x00000003_0000_0ff1_ce00_000000000000),
    ("Skype for Business Online", 0x00000004_0000_0ff1_ce00_000000000000),
    ("Viva Engage", 0x00000005_0000_0ff1_ce00_000000000000),
    ("Dataverse", 0x00000007_0000_0000_c000_000000000000),
    ("Power BI Service", 0x00000009_0000_0000_c000_000000000000),
    ("Microsoft Rights Management Services", 0x00000012_0000_0000_c000_000000000000),
    ("Azure Resource Manager", 0x797f4846_ba00_4fd7_ba43_dac1f8f63013),
    ("Azure Key Vault", 0xcfa8b339_82a2_471a_a3c9_0fc0be7a4093),
    ("Azure Storage", 0xe406a681_f3d4_42a8_90b6_c2b029497af1),
    ("Azure SQL Database", 0x022907d3_0f1b_48f7_badc_1ba6abab6d66),
    ("Azure DevOps", 0x499b84ac_1321_427f_aa17_267ca6975798),
    ("Office 365 Management APIs", 0xc5393580_f805_4401_95e8_94b7a6ef2fc2),
    ("Microsoft Flow Service", 0x7df0a125_d3be_4c96_aa54_591f83ff541c),
    ("PowerApps Service", 0x475226c6_020e_4fb2_8a90_7a972cbfc1d4),
    ("Microsoft Intune API", 0xc161e42e_d4df_4a3d_9b42_e7a3c31f59d4),
    ("Microsoft Teams Services", 0xcc15fd57_2c6c_4117_a88c_83b1d56b4bbe),
    ("WindowsDefenderATP", 0xfc780465_2017_40d4_a0c5_307022471b92),
];

/// How a resource is named: see [`resolve`]. In a schema an editor offers the well-known names.
#[derive(Debug)]
pub(crate) struct ResourceName;

form!(ResourceName, {
    "anyOf": [
        { "type": "string", "enum": WELL_KNOWN.iter().map(|(name, _)| *name).collect::<Vec<_>>() },
        { "type": "string", "pattern": LABEL },
        { "type": "string", "pattern": GUID },
    ],
});

/// The well-known names that have this word of people's: `graph`, `https://graph.microsoft.com`. Only a
/// hint: such a word decides nothing.
fn by_a_word(text: &str) -> Option<String> {
    const OF_ALL: [&str; 9] =
        ["https", "http", "www", "com", "net", "microsoft", "office", "api", "default"];
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 2);
        words.map(str::to_lowercase).filter(|word| !OF_ALL.contains(&word.as_str())).collect()
    };
    let asked = words(text);
    let has = |name: &str| {
        let own = words(name);
        !asked.is_empty() && asked.iter().all(|word| own.contains(word))
    };
    let names: Vec<String> = WELL_KNOWN
        .iter()
        .filter(|(name, _)| has(name))
        .map(|(name, _)| format!("\"{name}\""))
        .collect();
    (!names.is_empty() && text.len() < 80).then(|| format!("did you mean {}?", names.join(" or ")))
}

/// The app id of a `[resource.LABEL]`, a well-known name, or of an app id itself.
///
/// # Errors
/// A finding that suggests what may have been meant. For a declared resource with a mistake of its
/// own it is that mistake's finding.
#[expect(clippy::result_large_err, reason = "made once per mistake, and pushed as it is")]
pub(crate) fn resolve(text: &Located<String>, manifest: &Manifest) -> Result<AppId, Finding> {
    if let Some(resource) = manifest.resources.get(&text.value) {
        return Ok(resource.app_id.value);
    }
    if let Some(finding) = manifest.broken_resources.get(&text.value) {
        return Err(finding.clone());
    }
    if let Some((_, id)) = WELL_KNOWN.iter().find(|(name, _)| *name == text.value) {
        return Ok(AppId::from_u128(*id));
    }
    if let Ok(id) = text.value.parse() {
        return Ok(id);
    }
    let title = format!("there is no resource called \"{}\"", shown(&text.value));
    let names = WELL_KNOWN.iter().map(|(name, _)| *name);
    let labels = manifest.resources.keys().map(String::as_str);
    let close = did_you_mean(&text.value, names.chain(labels)).or_else(|| by_a_word(&text.value));
    let help = close.unwrap_or_else(|| {
        "declare it once as [resource.LABEL] with its app_id, or write the app id here; a display \
         name decides nothing, because anybody can register the same one"
            .to_owned()
    });
    Err(Finding::error("unknown_resource", title).at(&text.place).help(help))
}
