package jmap

// CopyArgs are the arguments of /copy (RFC 8620 section 5.4).
type CopyArgs struct {
	FromAccountID            ID      `json:"fromAccountId"`
	IfFromInState            *string `json:"ifFromInState"`
	AccountID                ID      `json:"accountId"`
	IfInState                *string `json:"ifInState"`
	Create                   Members `json:"create"`
	OnSuccessDestroyOriginal bool    `json:"onSuccessDestroyOriginal"`
	DestroyFromIfInState     *string `json:"destroyFromIfInState"`
}

// Check validates what does not depend on the data.
func (a *CopyArgs) Check(lim Limits) error {
	if err := checkPair(a.FromAccountID, a.AccountID); err != nil {
		return err
	}
	s := SetArgs{AccountID: a.AccountID, Create: a.Create}
	return s.CheckSize(lim)
}

func checkPair(from, to ID) error {
	if from == "" || to == "" {
		return invalid("the arguments fromAccountId and accountId are both needed")
	}
	if from == to {
		return invalid("fromAccountId and accountId must differ")
	}
	return nil
}

// CopyAnswer is the answer of /copy.
type CopyAnswer struct {
	FromAccountID ID               `json:"fromAccountId"`
	AccountID     ID               `json:"accountId"`
	OldState      string           `json:"oldState"`
	NewState      string           `json:"newState"`
	Created       map[ID]any       `json:"created"`
	NotCreated    map[ID]*SetError `json:"notCreated"`
}

// BlobCopyArgs are the arguments of Blob/copy (RFC 8620 section 6.3).
type BlobCopyArgs struct {
	FromAccountID ID   `json:"fromAccountId"`
	AccountID     ID   `json:"accountId"`
	BlobIDs       []ID `json:"blobIds"`
}

// Check validates what does not depend on the data.
func (a *BlobCopyArgs) Check(lim Limits) error {
	if err := checkPair(a.FromAccountID, a.AccountID); err != nil {
		return err
	}
	a.BlobIDs = unique(a.BlobIDs)
	if len(a.BlobIDs) > lim.MaxObjectsInSet {
		return Fail(RequestTooLarge, "%d blobs, at most %d in one call.", len(a.BlobIDs), lim.MaxObjectsInSet)
	}
	return nil
}

// BlobCopyAnswer is the answer of Blob/copy.
type BlobCopyAnswer struct {
	FromAccountID ID               `json:"fromAccountId"`
	AccountID     ID               `json:"accountId"`
	Copied        map[ID]ID        `json:"copied"`
	NotCopied     map[ID]*SetError `json:"notCopied"`
}
