package feed

import (
	"net/http"

	"chancery/wire/scim"
)

// describe answers what this server can do (RFC 7644 section 4, RFC 7643
// sections 5 to 7): only what works is named.
func (x *exchange) describe(what, key string) error {
	if what == "ServiceProviderConfig" {
		if key != "" {
			return errNoEndpoint
		}
		return x.send(http.StatusOK, x.provider())
	}
	list := x.types()
	if what == "Schemas" {
		list = x.schemas()
	}
	if key == "" {
		return x.send(http.StatusOK, resource{"schemas": []string{scim.ListURN}, "totalResults": len(list), "startIndex": 1, "itemsPerPage": len(list), "Resources": list})
	}
	for _, res := range list {
		if res["id"] == key {
			return x.send(http.StatusOK, res)
		}
	}
	return errNoEndpoint
}

func (x *exchange) provider() resource {
	no := resource{"supported": false}
	return resource{
		"schemas":               []string{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"},
		"patch":                 resource{"supported": true},
		"bulk":                  resource{"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
		"filter":                resource{"supported": true, "maxResults": scimMaxPage},
		"changePassword":        no,
		"sort":                  no,
		"etag":                  resource{"supported": true},
		"authenticationSchemes": []resource{{"type": "oauthbearertoken", "name": "Token of the feed", "description": "Authorization: Bearer, with the token that `chancery feed add` printed", "primary": true}},
		"meta":                  resource{"resourceType": "ServiceProviderConfig", "location": x.base + "/ServiceProviderConfig"},
	}
}

func (x *exchange) types() []resource {
	one := func(name, schema, extension, about string) resource {
		return resource{
			"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"}, "id": name, "name": name, "endpoint": "/" + name + "s",
			"description": about, "schema": schema, "schemaExtensions": []resource{{"schema": extension, "required": false}},
			"meta": resource{"resourceType": "ResourceType", "location": x.base + "/ResourceTypes/" + name},
		}
	}
	return []resource{
		one("User", scim.UserURN, scim.EnterpriseURN, "People whom this feed keeps"),
		one("Group", scim.GroupURN, unitURN, "Units that this feed keeps"),
	}
}

// attribute describes one attribute (RFC 7643 section 7).
func attribute(name, kind, mutability, about string, sub ...resource) resource {
	a := resource{"name": name, "type": kind, "multiValued": false, "required": false, "caseExact": false, "mutability": mutability,
		"returned": "default", "uniqueness": "none", "description": about}
	if sub != nil {
		a["subAttributes"] = sub
	}
	return a
}

func with(a resource, key string, v any) resource {
	a[key] = v
	return a
}

func (x *exchange) schemas() []resource {
	one := func(urn, name string, attributes ...resource) resource {
		return resource{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Schema"}, "id": urn, "name": name, "attributes": attributes,
			"meta": resource{"resourceType": "Schema", "location": x.base + "/Schemas/" + urn}}
	}
	const rw, ro = "readWrite", "readOnly"
	many := func(a resource) resource { return with(a, "multiValued", true) }
	external := with(attribute("externalId", "string", rw, "What the client calls it"), "caseExact", true)
	return []resource{
		one(scim.UserURN, "User", external,
			with(with(attribute("userName", "string", rw, "The mail address, in a domain of this office"), "required", true), "uniqueness", "server"),
			attribute("displayName", "string", rw, "The name shown to others"),
			attribute("name", "complex", rw, "The name, where there is no displayName",
				attribute("formatted", "string", rw, "As a whole"), attribute("familyName", "string", "writeOnly", "Family name"), attribute("givenName", "string", "writeOnly", "Given name")),
			attribute("title", "string", rw, "Title of the main post; needs a department"),
			attribute("userType", "string", rw, "Category: the code or a name of a kind of staff"),
			attribute("preferredLanguage", "string", "immutable", "Language of a new account: zh-TW, zh-CN, vi, ko or en"),
			attribute("active", "boolean", rw, "Whether the account is open"),
			many(attribute("phoneNumbers", "complex", rw, "The number of type work counts",
				attribute("value", "string", rw, "Number"), attribute("type", "string", rw, "work"))),
			many(attribute("emails", "complex", ro, "The userName",
				attribute("value", "string", ro, "Address"), attribute("type", "string", ro, "work"), attribute("primary", "boolean", ro, "true"))),
			many(attribute("groups", "complex", ro, "Units with a post of theirs",
				attribute("value", "string", ro, "Id of the group"), attribute("display", "string", ro, "Name"), attribute("$ref", "reference", ro, "Address"), attribute("type", "string", ro, "direct")))),
		one(scim.EnterpriseURN, "EnterpriseUser",
			attribute("department", "string", rw, "Unit of the main post: its externalId, its name, or the names from the top with \" / \" between them")),
		one(scim.GroupURN, "Group", external,
			with(attribute("displayName", "string", rw, "Name of the unit"), "required", true),
			many(attribute("members", "complex", rw, "People with a post in the unit",
				attribute("value", "string", "immutable", "Id of the user"), attribute("display", "string", ro, "Name"), attribute("$ref", "reference", ro, "Address"), attribute("type", "string", "immutable", "User")))),
		one(unitURN, "Unit",
			attribute("parent", "string", rw, "Id of the group above; none = the top"),
			attribute("path", "string", ro, "The names from the top")),
	}
}
