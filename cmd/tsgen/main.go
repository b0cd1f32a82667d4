// Command tsgen writes the web client's types from the Go types of JMAP, so
// that the two cannot drift apart: go run ./cmd/tsgen, from the root.
package main

import (
	"fmt"
	"os"
	"reflect"
	"strings"

	"chancery/approval"
	"chancery/contacts"
	"chancery/directory"
	"chancery/drive"
	"chancery/identity"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// The files that are written, seen from the root.
const (
	coreFile = "web/src/api/core.gen.ts"
	mailFile = "web/src/api/types.gen.ts"
)

func main() {
	for name, text := range generate() {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

const heading = "// Made by cmd/tsgen from the Go types of wire/jmap and wire/jmapmail. Do not edit.\n\n"

// prelude holds what is generic in Go with a form of its own on the wire.
const prelude = `export type Id = string
export type UTCDate = string
export type DateWithZone = string

/** A filter condition, or an operator over filters (RFC 8620 section 5.5). */
export type Filter<C> = C | { operator: 'AND' | 'OR' | 'NOT'; conditions: Filter<C>[] }

/** The answer of a /get (RFC 8620 section 5.1). */
export interface GetAnswer<T> {
  accountId: Id
  state: string
  list: T[]
  notFound: Id[]
}

/** The answer of a /query (RFC 8620 section 5.5). */
export interface QueryAnswer {
  accountId: Id
  queryState: string
  canCalculateChanges: boolean
  position: number
  ids: Id[]
  total?: number
  limit?: number
}
`

// described is a type and a sentence about it.
type described struct {
	value any
	doc   string
}

// coreTypes and mailTypes are what the client uses, in the order of the files.
var coreTypes = []described{
	{jmap.Session{}, "RFC 8620 section 2."},
	{jmap.SessionAccount{}, ""},
	{jmap.CoreCapability{}, ""},
	{jmap.WebSocketCapability{}, "RFC 8887 section 3."},
	{jmap.RequestError{}, "A refused request, as problem document."},
	{jmap.MethodError{}, "A failed method."},
	{jmap.SetError{}, "Why one record was not created, changed or destroyed."},
	{jmap.GetArgs{}, ""},
	{jmap.ChangesArgs{}, ""},
	{jmap.ChangesAnswer{}, ""},
	{jmap.SetArgs{}, ""},
	{jmap.SetAnswer{}, ""},
	{jmap.CopyArgs{}, ""},
	{jmap.CopyAnswer{}, ""},
	{jmap.Comparator{}, ""},
	{jmap.AddedItem{}, ""},
	{jmap.QueryChangesAnswer{}, ""},
	{jmap.UploadAnswer{}, ""},
	{jmap.StateChange{}, "RFC 8620 section 7.1."},
	{jmap.PushSubscription{}, ""},
	{jmap.PushKeys{}, ""},
}

var mailTypes = []described{
	{jmapmail.MailCapability{}, "RFC 8621 section 1.3.1."},
	{jmapmail.SubmissionCapability{}, "RFC 8621 section 1.3.2."},
	{jmapmail.Mailbox{}, "RFC 8621 section 2."},
	{jmapmail.MailboxRights{}, ""},
	{jmapmail.MailboxFilter{}, ""},
	{jmapmail.Thread{}, "RFC 8621 section 3."},
	{jmapmail.Email{}, "RFC 8621 section 4.1. Only the asked properties are there."},
	{jmapmail.Snoozed{}, "A letter put out of sight (our own capability)."},
	{jmapmail.Scheduled{}, ""},
	{jmapmail.Reminder{}, ""},
	{jmapmail.Receipt{}, ""},
	{jmapmail.Authenticity{}, "What is proved of an email's origin (our own capability)."},
	{jmapmail.TrustCapability{}, ""},
	{jmapmail.BlockedSender{}, ""},
	{jmapmail.Secrecy{}, "How secret an email is (our own capability)."},
	{jmapmail.SecrecyCapability{}, ""},
	{jmapmail.SecrecyLevel{}, ""},
	{jmapmail.SecrecyLookArgs{}, ""},
	{jmapmail.SecrecyLookAnswer{}, ""},
	{jmapmail.RelabelArgs{}, ""},
	{jmapmail.RelabelAnswer{}, ""},
	{jmapmail.ReportArgs{}, ""},
	{jmapmail.ReportAnswer{}, ""},
	{jmapmail.EmailAddress{}, ""},
	{jmapmail.EmailAddressGroup{}, ""},
	{jmapmail.EmailHeader{}, ""},
	{jmapmail.BodyPart{}, ""},
	{jmapmail.BodyValue{}, ""},
	{jmapmail.EmailGetArgs{}, ""},
	{jmapmail.EmailFilter{}, "RFC 8621 section 4.4.1."},
	{jmapmail.EmailQueryArgs{}, ""},
	{jmapmail.EmailQueryChangesArgs{}, ""},
	{jmapmail.EmailImport{}, ""},
	{jmapmail.SearchSnippet{}, ""},
	{jmapmail.Identity{}, "RFC 8621 section 6."},
	{jmapmail.EmailSubmission{}, "RFC 8621 section 7."},
	{jmapmail.Envelope{}, ""},
	{jmapmail.EnvelopeAddress{}, ""},
	{jmapmail.DeliveryStatus{}, ""},
	{jmapmail.SubmissionFilter{}, ""},
	{jmapmail.SubmissionSetArgs{}, ""},
	{jmapmail.VacationResponse{}, "RFC 8621 section 8."},
	{jmapmail.OutsideReply{}, "Other words for people outside (our own capability)."},
	{jmapmail.MailRules{}, "Rules for arriving mail (our own capability)."},
	{jmapmail.Rule{}, ""},
	{jmapmail.RuleCondition{}, ""},
	{jmapmail.RuleAction{}, ""},
	{jmapmail.RulesTestArgs{}, ""},
	{jmapmail.RulesTestAnswer{}, ""},
	{jmapmail.RuleMatch{}, ""},
	{jmapmail.RulesRunArgs{}, ""},
	{jmapmail.RulesRunAnswer{}, ""},
	{jmapmail.SieveScript{}, "RFC 9661 section 2."},
	{directory.PersonObject{}, "A person of the directory (our own capability)."},
	{directory.PostObject{}, ""},
	{directory.UnitObject{}, ""},
	{directory.PersonFilter{}, ""},
	{directory.ListObject{}, "A distribution list or the mailbox of a function."},
	{directory.OrganisationObject{}, ""},
	{identity.FactorObject{}, "A second factor of one's own."},
	{identity.FactorEnrolment{}, ""},
	{identity.FactorAnswer{}, ""},
	{identity.RecoveryAnswer{}, ""},
	{identity.AppPasswordObject{}, ""},
	{identity.AppPasswordMade{}, ""},
	{identity.KeyEnrolmentObject{}, "What the browser asks a new security key."},
	{identity.DeviceObject{}, "A device that the person signed in with."},
	{identity.SessionObject{}, "A session of the web client."},
	{directory.AdminCapability{}, "What the person may do as an administrator (our own capability)."},
	{directory.RoleKind{}, ""},
	{directory.RoleObject{}, "A role that somebody holds."},
	{directory.PersonRecord{}, "A person as those see them who administer them."},
	{directory.PersonRights{}, ""},
	{directory.PostRecord{}, ""},
	{directory.DeputyRecord{}, ""},
	{directory.RecordFilter{}, ""},
	{directory.PersonMade{}, ""},
	{directory.VisibilityObject{}, "A rule of who is not shown to everybody."},
	{directory.ServiceLevelObject{}, ""},
	{directory.CategoryObject{}, "A kind of staff; its id is the code by which personnel systems call it."},
	{directory.FeedObject{}, "Another system that keeps units and people here (our own capability)."},
	{directory.FeedRunObject{}, ""},
	{directory.FeedStepObject{}, ""},
	{directory.FeedRefusalObject{}, ""},
	{directory.FeedLook{}, "A page of what a run does."},
	{directory.ApplicationObject{}, "An application for an account (our own capability)."},
	{directory.ApplicationPaper{}, ""},
	{directory.ApplicationAnswer{}, "What Application/approve answers."},
	{directory.RegulationText{}, "A regulation of the house in one language (our own capability)."},
	{directory.RegulationObject{}, "A regulation in force, as the person has it."},
	{directory.RegulationVersionObject{}, "A version of a regulation, as administrators have it."},
	{directory.RegulationDraft{}, ""},
	{directory.RegulationReport{}, "Who accepted a version and who did not."},
	{directory.RegulationCount{}, ""},
	{directory.RegulationRow{}, ""},
	{directory.AuditObject{}, "An entry of the record of what happened."},
	{directory.AuditLook{}, "A page of the record."},
	{directory.AuditFilter{}, ""},
	{directory.AuditState{}, ""},
	{directory.AuditChecked{}, ""},
	{directory.AuditCheckpoint{}, ""},
	{directory.PreferenceObject{}, "A choice of the person; its id is its name."},
	{identity.LockedAccountObject{}, "An account that waits to be unlocked (our own capability)."},
	{identity.RuleObject{}, "A setting that decides over people (our own capability)."},
	{identity.RulesAnswer{}, ""},
	{identity.RulePreview{}, "Whom a rule would touch."},
	{identity.RuleAffected{}, ""},
	{identity.UnlockAnswer{}, "What LockedAccount/unlock answers."},
	{identity.AccountAccess{}, "What somebody is signed in with, to who administers their account."},
	{identity.AccountMeans{}, "What somebody proves with who they are, to security administrators."},
	{identity.Party{}, "A system that people sign on to, or sign in by (our own capability)."},
	{identity.PartyFields{}, ""},
	{identity.PartyMade{}, ""},
	{identity.PartySecret{}, ""},
	{identity.SecondAddressAnswer{}, "What SecondAddress/get answers."},
	{identity.PhoneAnswer{}, "What Phone/get answers."},
	{identity.PhoneAdded{}, ""},
	{identity.CertificateObject{}, "A certificate that the person signs in by (our own capability)."},
	{identity.CertificateAnswer{}, "What Certificate/get answers."},
	{identity.SignInObject{}, "A sign-in to the person's own account (our own capability)."},
	{jmapmail.Template{}, "A letter prepared in advance."},
	{jmapmail.TemplateFile{}, "A file that goes along with the letters of a template."},
	{jmapmail.Request{}, "What a letter sent by kind asks of its addressees."},
	{jmapmail.Addressee{}, ""},
	{contacts.AddressBookObject{}, "RFC 9610 section 2."},
	{contacts.AddressBookRight{}, ""},
	{contacts.ImportAnswer{}, "The answer of VCard/import."},
	{contacts.ExportAnswer{}, ""},
	{drive.ParcelCapability{}, "Large files by link (our own capability)."},
	{drive.ParcelObject{}, "Files that people fetch by one link."},
	{drive.ParcelFile{}, ""},
	{drive.ParcelFetch{}, "Somebody fetched a file, or began to."},
	{jmapmail.AttachmentsCapability{}, "Our capability of looking into files."},
	{jmapmail.AttachmentText{}, ""},
	{jmapmail.AttachmentList{}, ""},
	{jmapmail.ArchiveEntry{}, ""},
	{jmapmail.AttachmentOpened{}, ""},
	{jmapmail.OpenedFile{}, ""},
	{jmapmail.AttachmentConverted{}, ""},
	{jmapmail.FlowCapability{}, ""},
	{jmapmail.FlowRule{}, "A rule for letters on their way (our own capability)."},
	{jmapmail.FlowRuleSet{}, ""},
	{jmapmail.FlowWhen{}, ""},
	{jmapmail.FlowFiles{}, ""},
	{jmapmail.FlowUnless{}, ""},
	{jmapmail.FlowThen{}, ""},
	{jmapmail.FlowReview{}, ""},
	{jmapmail.FlowStep{}, ""},
	{jmapmail.FlowText{}, ""},
	{jmapmail.FlowChange{}, ""},
	{jmapmail.FlowRuleSetArgs{}, ""},
	{jmapmail.FlowRuleSetAnswer{}, ""},
	{jmapmail.FlowTryArgs{}, ""},
	{jmapmail.FlowTryAnswer{}, ""},
	{jmapmail.FlowHit{}, ""},
	{jmapmail.FlowForeseeArgs{}, ""},
	{jmapmail.FlowFile{}, ""},
	{jmapmail.FlowForeseeAnswer{}, ""},
	{jmapmail.HeldLetter{}, "A letter that waits for review: the about of an approval."},
	{jmapmail.ReviewMark{}, ""},
	{jmapmail.AppealArgs{}, ""},
	{jmapmail.AppealAnswer{}, ""},
	{jmapmail.Look{}, "Leave to read another's mail."},
	{jmapmail.LookAskArgs{}, ""},
	{jmapmail.LookAnswer{}, ""},
	{jmapmail.Removal{}, "A letter that is taken out of all mailboxes."},
	{jmapmail.RemovalAskArgs{}, ""},
	{jmapmail.RemovalRestoreArgs{}, ""},
	{jmapmail.RemovalAnswer{}, ""},
	{jmapmail.JournalArgs{}, ""},
	{jmapmail.JournalFilter{}, ""},
	{jmapmail.JournalAnswer{}, ""},
	{jmapmail.JournalEntry{}, ""},
	{approval.ApprovalObject{}, "A question that waits for a decision (our own capability)."},
	{approval.ApprovalParty{}, ""},
	{approval.ApprovalStep{}, ""},
	{approval.ApprovalVote{}, ""},
	{approval.ApprovalDecideArgs{}, ""},
	{approval.ApprovalDecideAnswer{}, ""},
	{jmapmail.ImportAnswer{}, "What an import of an mbox file tells at its end."},
}

// generate returns the text of each file.
func generate() map[string]string {
	imports := "import type { Comparator, DateWithZone, Filter, Id, UTCDate } from './core.gen'\n\nexport type * from './core.gen'\n"
	return map[string]string{
		coreFile: heading + prelude + interfaces(coreTypes),
		mailFile: heading + imports + interfaces(mailTypes),
	}
}

func interfaces(types []described) string {
	var b strings.Builder
	for _, t := range types {
		typ := reflect.TypeOf(t.value)
		b.WriteString("\n")
		if t.doc != "" {
			fmt.Fprintf(&b, "/** %s */\n", t.doc)
		}
		fmt.Fprintf(&b, "export interface %s {\n", typ.Name())
		members(&b, typ, optional(typ.Name()))
		b.WriteString("}\n")
	}
	return b.String()
}

// optional says whether members of a type may be left out: those of
// arguments, filters and partial records.
func optional(name string) bool {
	return strings.HasSuffix(name, "Args") || strings.HasSuffix(name, "Filter") || name == "Comparator" || name == "EmailImport"
}

// members writes the fields of a struct, those of embedded ones too.
func members(b *strings.Builder, t reflect.Type, opt bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			members(b, f.Type, opt)
			continue
		}
		name, flags, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		mark := ""
		if (opt && name != "accountId" && name != "property") || strings.Contains(flags, "omitempty") {
			mark = "?"
		}
		if strings.HasPrefix(name, "@") {
			name = "'" + name + "'"
		}
		text := typeText(f.Type, f.Name)
		if f.Tag.Get("ts") == "list" || strings.Contains(flags, "omitempty") {
			text = strings.TrimSuffix(text, " | null")
		}
		fmt.Fprintf(b, "  %s%s: %s\n", name, mark, text)
	}
}

// textNames end in ID but name no record.
var textNames = map[string]bool{"CID": true, "PartID": true, "MessageID": true, "DeviceClientID": true}

// special are Go types with a form of their own on the wire.
var special = map[reflect.Type]string{
	reflect.TypeFor[jmap.UTCDate](): "UTCDate",
	reflect.TypeFor[jmap.Date]():    "DateWithZone",
	reflect.TypeFor[jmap.Members](): "Record<string, unknown>",
}

// typeText says a Go type in TypeScript. An id is known by its field's name.
func typeText(t reflect.Type, field string) string {
	if s, ok := special[t]; ok {
		return s
	}
	switch t.Kind() {
	case reflect.Pointer:
		return strings.TrimSuffix(typeText(t.Elem(), field), " | null") + " | null"
	case reflect.Slice:
		elem := typeText(t.Elem(), strings.TrimSuffix(field, "s"))
		if strings.Contains(elem, "|") {
			elem = "(" + elem + ")"
		}
		return elem + "[] | null"
	case reflect.Map:
		return "Record<string, " + typeText(t.Elem(), "") + ">"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64:
		return "number"
	case reflect.Interface:
		return "unknown"
	case reflect.String:
		if strings.HasSuffix(field, "ID") && !textNames[field] {
			return "Id"
		}
		return "string"
	case reflect.Struct:
		name := t.Name()
		if strings.HasPrefix(name, "Nullable[") {
			return typeText(t.Field(t.NumField()-1).Type, field) + " | null"
		}
		if generic, arg, ok := strings.Cut(name, "["); ok {
			return generic + "<" + arg[strings.LastIndex(arg, ".")+1:len(arg)-1] + ">"
		}
		return name
	}
	return "unknown"
}
