// Package tnef reads what Outlook sends as "winmail.dat": the Transport
// Neutral Encapsulation Format (MS-OXTNEF), with the subject, the text and the
// files that a reader without Outlook would not see.
//
// Parse never copies a file: the bytes of an attachment are a part of what was
// given. Text comes from PR_BODY, from HTML, or from compressed RTF
// (MS-OXRTFCP), in this order of wish: HTML, text, RTF turned into text.
// What is damaged ends the reading, and what was read so far is returned.
//
// Start at tnef.go.
package tnef
