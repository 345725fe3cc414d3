//! What the types of Microsoft Graph have, as far as a query may name it.
//! <https://learn.microsoft.com/graph/api/overview>

/// A type, by what its properties are good for.
#[derive(Debug)]
pub(crate) struct Entity {
    /// `microsoft.graph.user`.
    pub(crate) name: &'static str,
    /// All of version 1.0, those included of which rows here know nothing.
    properties: &'static str,
    sorted_by: &'static str,
    searched_by: &'static str,
    /// Relationships that are followed here.
    expanded: &'static str,
}

const USER: Entity = Entity {
    name: "microsoft.graph.user",
    properties: "id deletedDateTime aboutMe accountEnabled ageGroup assignedLicenses assignedPlans \
        authorizationInfo birthday businessPhones city companyName consentProvidedForMinor country \
        createdDateTime creationType customSecurityAttributes department deviceEnrollmentLimit \
        displayName employeeHireDate employeeId employeeLeaveDateTime employeeOrgData employeeType \
        externalUserState externalUserStateChangeDateTime faxNumber givenName hireDate identities \
        imAddresses interests isManagementRestricted isResourceAccount jobTitle \
        lastPasswordChangeDateTime legalAgeGroupClassification licenseAssignmentStates mail \
        mailboxSettings mailNickname mobilePhone mySite officeLocation onPremisesDistinguishedName \
        onPremisesDomainName onPremisesExtensionAttributes onPremisesImmutableId \
        onPremisesLastSyncDateTime onPremisesProvisioningErrors onPremisesSamAccountName \
        onPremisesSecurityIdentifier onPremisesSyncEnabled onPremisesUserPrincipalName otherMails \
        passwordPolicies passwordProfile pastProjects postalCode preferredDataLocation \
        preferredLanguage preferredName print provisionedPlans proxyAddresses responsibilities \
        schools securityIdentifier serviceProvisioningErrors showInAddressList signInActivity \
        signInSessionsValidFromDateTime skills state streetAddress surname usageLocation \
        userPrincipalName userType appRoleAssignments oauth2PermissionGrants",
    sorted_by: "displayName userPrincipalName",
    searched_by: "displayName givenName surname mail mailNickname userPrincipalName",
    expanded: "appRoleAssignments oauth2PermissionGrants",
};
const GROUP: Entity = Entity {
    name: "microsoft.graph.group",
    properties: "id deletedDateTime allowExternalSenders assignedLabels assignedLicenses \
        autoSubscribeNewMembers classification createdDateTime description displayName \
        expirationDateTime groupTypes hasMembersWithLicenseErrors hideFromAddressLists \
        hideFromOutlookClients isArchived isAssignableToRole isManagementRestricted \
        isSubscribedByMail licenseProcessingState mail mailEnabled mailNickname membershipRule \
        membershipRuleProcessingState onPremisesDomainName onPremisesLastSyncDateTime \
        onPremisesNetBiosName onPremisesProvisioningErrors onPremisesSamAccountName \
        onPremisesSecurityIdentifier onPremisesSyncEnabled preferredDataLocation preferredLanguage \
        proxyAddresses renewedDateTime resourceBehaviorOptions resourceProvisioningOptions \
        securityEnabled securityIdentifier serviceProvisioningErrors theme uniqueName unseenCount \
        visibility appRoleAssignments members transitiveMembers",
    sorted_by: "displayName",
    searched_by: "displayName description mail mailNickname",
    expanded: "appRoleAssignments members",
};
const DEVICE: Entity = Entity {
    name: "microsoft.graph.device",
    properties: "id deletedDateTime accountEnabled alternativeSecurityIds \
        approximateLastSignInDateTime complianceExpirationDateTime deviceCategory deviceId \
        deviceMetadata deviceOwnership deviceVersion displayName enrollmentProfileName \
        enrollmentType extensionAttributes isCompliant isManaged isManagementRestricted isRooted \
        managementType manufacturer mdmAppId model onPremisesLastSyncDateTime \
        onPremisesSecurityIdentifier onPremisesSyncEnabled operatingSystem operatingSystemVersion \
        physicalIds profileType registrationDateTime systemLabels trustType",
    sorted_by: "displayName",
    searched_by: "displayName",
    expanded: "",
};
const SERVICE_PRINCIPAL: Entity = Entity {
    name: "microsoft.graph.servicePrincipal",
    properties: "id deletedDateTime accountEnabled addIns alternativeNames appDescription \
        appDisplayName appId applicationTemplateId appOwnerOrganizationId \
        appRoleAssignmentRequired appRoles createdByAppId customSecurityAttributes description \
        disabledByMicrosoftStatus displayName homepage info isDisabled keyCredentials loginUrl \
        logoutUrl notes notificationEmailAddresses oauth2PermissionScopes passwordCredentials \
        preferredSingleSignOnMode preferredTokenSigningKeyThumbprint replyUrls \
        resourceSpecificApplicationPermissions samlSingleSignOnSettings servicePrincipalNames \
        servicePrincipalType signInAudience tags tokenEncryptionKeyId verifiedPublisher \
        appRoleAssignedTo appRoleAssignments delegatedPermissionClassifications \
        oauth2PermissionGrants",
    sorted_by: "displayName",
    searched_by: "displayName description",
    expanded: "appRoleAssignedTo appRoleAssignments delegatedPermissionClassifications \
        oauth2PermissionGrants",
};
const ORGANIZATION: Entity = Entity {
    name: "microsoft.graph.organization",
    properties: "id deletedDateTime assignedPlans businessPhones city country countryLetterCode \
        createdDateTime defaultUsageLocation displayName marketingNotificationEmails \
        mobileDeviceManagementAuthority onPremisesLastSyncDateTime onPremisesSyncEnabled \
        partnerTenantType postalCode preferredLanguage privacyProfile provisionedPlans \
        securityComplianceNotificationMails securityComplianceNotificationPhones state street \
        technicalNotificationMails tenantType verifiedDomains",
    ..PLAIN
};
const GRANT: Entity = Entity {
    name: "microsoft.graph.oAuth2PermissionGrant",
    properties: "id clientId consentType principalId resourceId scope",
    ..PLAIN
};
const ASSIGNMENT: Entity = Entity {
    name: "microsoft.graph.appRoleAssignment",
    properties: "id deletedDateTime appRoleId createdDateTime principalDisplayName principalId \
        principalType resourceDisplayName resourceId",
    ..PLAIN
};
const CLASSIFICATION: Entity = Entity {
    name: "microsoft.graph.delegatedPermissionClassification",
    properties: "id classification permissionId permissionName",
    ..PLAIN
};
const POLICY: Entity = Entity {
    name: "microsoft.graph.permissionGrantPolicy",
    properties: "id deletedDateTime description displayName excludes includes",
    // Both are there in any case.
    expanded: "excludes includes",
    ..PLAIN
};
const CONDITION_SET: Entity = Entity {
    name: "microsoft.graph.permissionGrantConditionSet",
    properties: "id clientApplicationIds clientApplicationPublisherIds \
        clientApplicationsFromVerifiedPublisherOnly clientApplicationTenantIds \
        permissionClassification permissions permissionType resourceApplication",
    ..PLAIN
};
const AUTHORIZATION: Entity = Entity {
    name: "microsoft.graph.authorizationPolicy",
    properties: "id deletedDateTime description displayName allowedToSignUpEmailBasedSubscriptions \
        allowedToUseSSPR allowEmailVerifiedUsersToJoinOrganization allowInvitesFrom \
        allowUserConsentForRiskyApps blockMsolPowerShell defaultUserRolePermissions guestUserRoleId",
    ..PLAIN
};
const CONSENT_REQUESTS: Entity = Entity {
    name: "microsoft.graph.adminConsentRequestPolicy",
    properties: "id isEnabled notifyReviewers remindersEnabled requestDurationInDays reviewers \
        version",
    ..PLAIN
};
/// Of mixed lists: they have what their types have.
const DIRECTORY_OBJECT: Entity = Entity {
    name: "microsoft.graph.directoryObject",
    properties: "id deletedDateTime",
    sorted_by: "displayName",
    searched_by: "displayName",
    expanded: "",
};
/// Nothing but properties.
const PLAIN: Entity =
    Entity { name: "", properties: "", sorted_by: "", searched_by: "", expanded: "" };

/// What a mixed list can hold.
const MIXED: [&Entity; 4] = [&USER, &GROUP, &DEVICE, &SERVICE_PRINCIPAL];

/// The type of a set, named as in `@odata.context`; of one object of it with `/$entity` behind.
pub(crate) fn of(set: &str) -> Option<&'static Entity> {
    Some(match set.strip_suffix("/$entity").unwrap_or(set) {
        "users" => &USER,
        "groups" => &GROUP,
        "devices" => &DEVICE,
        "servicePrincipals" => &SERVICE_PRINCIPAL,
        "organization" => &ORGANIZATION,
        "oauth2PermissionGrants" => &GRANT,
        "appRoleAssignments" => &ASSIGNMENT,
        "delegatedPermissionClassifications" => &CLASSIFICATION,
        "policies/permissionGrantPolicies" => &POLICY,
        "permissionGrantConditionSets" => &CONDITION_SET,
        "policies/authorizationPolicy" => &AUTHORIZATION,
        "policies/adminConsentRequestPolicy" => &CONSENT_REQUESTS,
        "directoryObjects" => &DIRECTORY_OBJECT,
        _ => return None,
    })
}

fn names(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|one| one.eq_ignore_ascii_case(name))
}

impl Entity {
    /// `User`.
    pub(crate) fn short_name(&self) -> String {
        let name = self.name.rsplit('.').next().unwrap_or_default();
        let mut letters = name.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }

    /// Whether `$select` may name it: a property, or one inside of it.
    pub(crate) fn has(&self, name: &str) -> bool {
        let name = name.split('/').next().unwrap_or_default();
        let mixed = self.name == DIRECTORY_OBJECT.name;
        name == "*"
            || names(self.properties, name)
            || (mixed && MIXED.iter().any(|entity| names(entity.properties, name)))
    }

    pub(crate) fn can_sort(&self, property: &str) -> bool {
        names(self.sorted_by, property)
    }

    pub(crate) fn can_search(&self, property: &str) -> bool {
        names(self.searched_by, property)
    }

    /// The relationship by its own spelling, if it can be followed.
    pub(crate) fn relationship(&self, name: &str) -> Option<&'static str> {
        self.expanded.split_whitespace().find(|one| one.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const OPEN_API: &str = include_str!("../../../tests/it/graph-openapi.json");
    const ALL: [&Entity; 13] = [
        &USER,
        &GROUP,
        &DEVICE,
        &SERVICE_PRINCIPAL,
        &ORGANIZATION,
        &GRANT,
        &ASSIGNMENT,
        &CLASSIFICATION,
        &POLICY,
        &CONDITION_SET,
        &AUTHORIZATION,
        &CONSENT_REQUESTS,
        &DIRECTORY_OBJECT,
    ];

    /// Own and inherited properties of a schema.
    fn described(schemas: &Value, schema: &Value, out: &mut Vec<String>) {
        out.extend(schema["properties"].as_object().into_iter().flatten().map(|(n, _)| n.clone()));
        for part in schema["allOf"].as_array().into_iter().flatten() {
            match part["$ref"].as_str() {
                Some(base) => described(schemas, &schemas[base.rsplit('/').next().unwrap()], out),
                None => described(schemas, part, out),
            }
        }
    }

    /// What Microsoft describes is never refused.
    #[test]
    fn types_have_what_microsoft_says() {
        let document: Value = serde_json::from_str(OPEN_API).unwrap();
        let schemas = &document["components"]["schemas"];
        for entity in ALL.into_iter().filter(|entity| entity.name != DEVICE.name) {
            let mut names = Vec::new();
            described(schemas, &schemas[entity.name], &mut names);
            assert!(names.len() > 1, "{}", entity.name);
            for name in names.iter().filter(|name| *name != "@odata.type") {
                assert!(entity.has(name), "{} {name}", entity.name);
            }
            assert!(!entity.has("nmae"));
        }
        assert_eq!(
            (USER.short_name(), GRANT.short_name().as_str()),
            ("User".into(), "OAuth2PermissionGrant")
        );
    }

    #[test]
    fn what_is_sorted_searched_and_followed_is_there() {
        for entity in ALL {
            let lists = [entity.sorted_by, entity.searched_by, entity.expanded];
            for name in lists.iter().flat_map(|list| list.split_whitespace()) {
                assert!(entity.has(name), "{} {name}", entity.name);
            }
        }
    }
}
