package jmapmail

import "chancery/wire/jmap"

// AttachmentsURN names our capability of looking into files that letters
// carry, without taking them out of the mailbox.
const AttachmentsURN = "urn:chancery:params:jmap:attachments"

// AttachmentsCapability is the value of AttachmentsURN in an account.
type AttachmentsCapability struct {
	// CanConvert says that documents of office programs can be shown as PDF.
	CanConvert bool `json:"canConvert"`
	// MaxText is how many bytes of a text Attachment/text returns.
	MaxText int `json:"maxText"`
}

// AttachmentArgs are the arguments of Attachment/text, /list, /open and /convert.
type AttachmentArgs struct {
	AccountID jmap.ID `json:"accountId"`
	BlobID    jmap.ID `json:"blobId"`
	// Type and Name are what the letter says of the file.
	Type string `json:"type"`
	Name string `json:"name"`
	// Charset is what the letter says, or what the reader chose; empty guesses.
	Charset string `json:"charset"`
}

// AttachmentText is the answer of Attachment/text.
type AttachmentText struct {
	AccountID   jmap.ID `json:"accountId"`
	BlobID      jmap.ID `json:"blobId"`
	Text        string  `json:"text"`
	Charset     string  `json:"charset"` // that was used
	IsTruncated bool    `json:"isTruncated"`
	// IsEncodingProblem says that some characters could not be read.
	IsEncodingProblem bool `json:"isEncodingProblem"`
}

// AttachmentList is the answer of Attachment/list: what is in an archive.
type AttachmentList struct {
	AccountID jmap.ID `json:"accountId"`
	BlobID    jmap.ID `json:"blobId"`
	// IsArchive is false when the file is none, or is damaged.
	IsArchive   bool           `json:"isArchive"`
	Total       int            `json:"total"`
	IsTruncated bool           `json:"isTruncated"`
	Entries     []ArchiveEntry `json:"entries" ts:"list"`
}

// ArchiveEntry is a file or folder in an archive.
type ArchiveEntry struct {
	Name        string  `json:"name"`
	Size        int64   `json:"size"`
	PackedSize  int64   `json:"packedSize"`
	Modified    *string `json:"modified"` // local time of whoever packed it
	IsFolder    bool    `json:"isFolder"`
	IsEncrypted bool    `json:"isEncrypted"`
}

// AttachmentOpened is the answer of Attachment/open: a winmail.dat opened.
type AttachmentOpened struct {
	AccountID jmap.ID `json:"accountId"`
	BlobID    jmap.ID `json:"blobId"`
	// IsTNEF is false when the file is none.
	IsTNEF      bool         `json:"isTnef"`
	IsTruncated bool         `json:"isTruncated"`
	Subject     string       `json:"subject"`
	Text        string       `json:"text"`
	HTML        string       `json:"html"`
	Files       []OpenedFile `json:"files" ts:"list"`
}

// OpenedFile is a file out of a winmail.dat; its blob is kept for a day.
type OpenedFile struct {
	BlobID jmap.ID `json:"blobId"`
	Name   string  `json:"name"`
	Type   string  `json:"type"`
	Size   int64   `json:"size"`
}

// AttachmentConverted is the answer of Attachment/convert; the blob of the PDF
// is kept for a day.
type AttachmentConverted struct {
	AccountID jmap.ID  `json:"accountId"`
	BlobID    jmap.ID  `json:"blobId"`
	PDF       *jmap.ID `json:"pdf"`
	// Reason says why there is no PDF: notInstalled, notDocument, tooLarge,
	// busy, failed.
	Reason *string `json:"reason"`
}

// ImportAnswer is what an import of an mbox file tells at its end.
type ImportAnswer struct {
	Imported   int      `json:"imported"`
	Duplicates int      `json:"duplicates"`
	Failed     int      `json:"failed"`
	Problems   []string `json:"problems" ts:"list"`
	// Error says why the import ended before the file did.
	Error *string `json:"error"`
}
