package kyc

import (
	"slices"
	"sync"
)

// Code names a finding. Codes are append-only: one that was ever released keeps
// its meaning for ever.
type Code string

// Definition is what the catalogue knows of a code. Its words are in the message
// package.
type Definition struct {
	Code     Code     `json:"code"`
	Item     Item     `json:"item"` // the usual item; document findings may also stand on the other side
	Severity Severity `json:"severity"`
	Audience Audience `json:"audience"`
	// Retryable says that sending something else can help.
	Retryable bool `json:"retryable"`
	// PreCheck says that it can be found at once, before an attempt is used.
	PreCheck bool `json:"pre_check"`
	// Free says that a submission with this finding is not counted as an attempt.
	Free bool `json:"free"`
	// DependsOn are the causes that hide this finding.
	DependsOn []Code `json:"depends_on,omitempty"`
}

// The codes of design section 8.
const (
	DocNotFound          Code = "document.not_found"
	DocMultiple          Code = "document.multiple"
	DocBlurry            Code = "document.blurry"
	DocGlare             Code = "document.glare"
	DocDark              Code = "document.dark"
	DocOverexposed       Code = "document.overexposed"
	DocCropped           Code = "document.cropped"
	DocObstructed        Code = "document.obstructed"
	DocLowResolution     Code = "document.low_resolution"
	DocTilted            Code = "document.tilted"
	DocBlackAndWhite     Code = "document.black_and_white"
	DocScreenCapture     Code = "document.screen_capture"
	DocScreenshot        Code = "document.screenshot"
	DocPaperCopy         Code = "document.paper_copy"
	DocEdited            Code = "document.edited"
	DocWrongSide         Code = "document.wrong_side"
	DocBackMissing       Code = "document.back_missing"
	DocExpired           Code = "document.expired"
	DocNotAccepted       Code = "document.not_accepted"
	DocSpecimen          Code = "document.specimen"
	DocMRZUnreadable     Code = "document.mrz_unreadable"
	DocMRZCheckDigit     Code = "document.mrz_check_digit"
	DocBarcodeUnreadable Code = "document.barcode_unreadable"
	DocInconsistent      Code = "document.inconsistent"
	DocSamePicture       Code = "document.same_picture"
	DocImpossibleDate    Code = "document.impossible_date"
	DocFileUnreadable    Code = "document.file_unreadable"
	DocPortraitMissing   Code = "document.portrait_missing"

	DetailsName        Code = "details.name_mismatch"
	DetailsNumber      Code = "details.number_mismatch"
	DetailsBirthDate   Code = "details.birth_date_mismatch"
	DetailsExpiry      Code = "details.expiry_mismatch"
	DetailsNationality Code = "details.nationality_mismatch"
	DetailsReplaced    Code = "details.document_replaced"
	DetailsChanged     Code = "details.changed_between_attempts"

	DocumentInUse Code = "uniqueness.document_in_use"
	FaceInUse     Code = "uniqueness.face_in_use"
	// DocumentElsewhere is DocumentInUse where a person looks at the case anyway.
	DocumentElsewhere Code = "uniqueness.document_elsewhere"
	// FaceElsewhere is FaceInUse likewise.
	FaceElsewhere Code = "uniqueness.face_elsewhere"
	// TheftReported is that whose document is in use says that it was not them.
	TheftReported Code = "uniqueness.theft_reported"
	// RecoveryReview is that the policy wants a person to confirm a recovery.
	RecoveryReview Code = "uniqueness.recovery_review"

	FaceNotFound       Code = "face.not_found"
	FaceMultiple       Code = "face.multiple"
	FaceTooSmall       Code = "face.too_small"
	FaceTooClose       Code = "face.too_close"
	FaceOffCentre      Code = "face.off_centre"
	FaceNotFrontal     Code = "face.not_frontal"
	FaceBlurry         Code = "face.blurry"
	FaceDark           Code = "face.dark"
	FaceBacklit        Code = "face.backlit"
	FaceOverexposed    Code = "face.overexposed"
	FaceGlare          Code = "face.glare"
	FaceFlicker        Code = "face.flicker"
	FaceEyesClosed     Code = "face.eyes_closed"
	FaceCoveredEyes    Code = "face.covered_eyes"
	FaceCoveredMouth   Code = "face.covered_mouth"
	FaceHeadCovered    Code = "face.head_covered"
	FaceMismatch       Code = "face.mismatch"
	FaceAttack         Code = "face.presentation_attack"
	FaceSamePicture    Code = "face.same_picture"
	FaceFileUnreadable Code = "face.file_unreadable"
	FaceUnevenLight    Code = "face.uneven_light"
	FaceSmeared        Code = "face.smeared"
	WithoutBiometrics  Code = "face.without_biometrics"
	FaceRecordMismatch Code = "face.record_mismatch"
	FaceRecordMissing  Code = "face.record_missing"
	SeenInPerson       Code = "face.seen_in_person"
	SeenByVideo        Code = "face.seen_by_video"

	LivenessTooFast       Code = "liveness.too_fast"
	LivenessIncomplete    Code = "liveness.incomplete"
	LivenessWrongAction   Code = "liveness.wrong_action"
	LivenessOtherPerson   Code = "liveness.different_person"
	LivenessFramesMissing Code = "liveness.frames_missing"
	LivenessConnection    Code = "liveness.connection"
	LivenessVirtualCamera Code = "liveness.virtual_camera"
	LivenessReplayed      Code = "liveness.replayed"
	LivenessLightMismatch Code = "liveness.light_mismatch"

	UnderAge           Code = "eligibility.under_age"
	AgeUnknown         Code = "eligibility.age_unknown"
	RegionRestricted   Code = "eligibility.region_restricted"
	ServiceUnavailable Code = "eligibility.service_unavailable"
	ProofNeeded        Code = "eligibility.proof_needed"
	NotPermitted       Code = "eligibility.not_permitted"
	RuleReview         Code = "eligibility.rule_review"
	PolicyChanged      Code = "eligibility.policy_changed"

	CoolingDown   Code = "case.cooling_down"
	Forced        Code = "case.forced"
	HelpRequested Code = "case.help_requested"
	OurFault      Code = "case.our_fault"
	Cancelled     Code = "case.cancelled"
)

// illegible are the causes for which nothing on a document can be read with
// trust. They hide everything that is concluded from its text.
func illegible() []Code {
	return []Code{
		DocFileUnreadable, DocNotFound, DocMultiple, DocDark, DocOverexposed, DocBlurry, DocLowResolution, DocCropped,
		DocObstructed, DocGlare, DocTilted, DocWrongSide, DocSamePicture,
	}
}

// unread are the causes for which a document's data is not known at all.
func unread() []Code {
	return append(illegible(), DocMRZUnreadable, DocBarcodeUnreadable, DocBackMissing)
}

// replaced are the causes for which another document is asked for: what is wrong
// with this one beside them need not be mended.
func replaced() []Code {
	return append(illegible(), DocMRZUnreadable, DocNotAccepted, DocExpired, DocSpecimen)
}

// poorPicture are the causes for which a face cannot be compared with trust.
func poorPicture() []Code {
	return []Code{
		FaceFileUnreadable, FaceNotFound, FaceMultiple, FaceDark, FaceOverexposed, FaceBacklit, FaceBlurry, FaceTooSmall,
		FaceNotFrontal, FaceEyesClosed, FaceCoveredEyes, FaceCoveredMouth, FaceSamePicture,
	}
}

// Catalogue returns every finding that can ever be told, in order of effect:
// within an item, what stands first is to be mended first.
func Catalogue() []Definition { return slices.Clone(catalogue().list) }

// Lookup returns the definition of a code.
func Lookup(c Code) (Definition, bool) {
	k, ok := catalogue().rank[c]
	if !ok {
		return Definition{}, false
	}
	return catalogue().list[k], true
}

// rank is the place of a code in the order of effect; unknown codes come last.
func rank(c Code) int {
	if k, ok := catalogue().rank[c]; ok {
		return k
	}
	return len(catalogue().list)
}

type table struct {
	list []Definition
	rank map[Code]int
}

// catalogue is a read-only table, built once.
var catalogue = sync.OnceValue(func() table {
	t := table{list: definitions(), rank: map[Code]int{}}
	for k, d := range t.list {
		t.rank[d.Code] = k
	}
	return t
})

func definitions() []Definition {
	doc := func(c Code, pre bool, causes ...Code) Definition {
		return Definition{Code: c, Item: DocumentFront, Severity: Retry, Audience: ForApplicant, Retryable: true, PreCheck: pre, DependsOn: causes}
	}
	face := func(c Code, pre bool, causes ...Code) Definition {
		return Definition{Code: c, Item: Face, Severity: Retry, Audience: ForApplicant, Retryable: true, PreCheck: pre, DependsOn: causes}
	}
	typed := func(c Code, causes ...Code) Definition {
		return Definition{Code: c, Item: Details, Severity: Retry, Audience: ForApplicant, Retryable: true, DependsOn: append(unread(), causes...)}
	}
	signal := func(c Code, i Item, causes ...Code) Definition {
		return Definition{Code: c, Item: i, Severity: Review, Audience: ForOperator, DependsOn: causes}
	}
	back := doc(DocBackMissing, false, replaced()...)
	back.Item = DocumentBack
	barcode := doc(DocBarcodeUnreadable, false, illegible()...)
	barcode.Item = DocumentBack
	// It is there only while another document is visibly asked for, so nothing hides
	// it: a glare on one side does not excuse the old number of the other.
	documentReplaced := typed(DetailsReplaced)
	documentReplaced.DependsOn = nil
	connection := face(LivenessConnection, true, FaceFileUnreadable)
	connection.Free = true
	frames := face(LivenessFramesMissing, true, FaceFileUnreadable, LivenessConnection)
	frames.Free = true

	return []Definition{
		doc(DocFileUnreadable, true),
		doc(DocSamePicture, true, DocFileUnreadable),
		doc(DocDark, true, DocFileUnreadable, DocSamePicture),
		doc(DocOverexposed, true, DocFileUnreadable, DocSamePicture),
		doc(DocNotFound, true, DocFileUnreadable, DocSamePicture, DocDark, DocOverexposed),
		doc(DocMultiple, true, DocFileUnreadable, DocSamePicture, DocNotFound),
		doc(DocLowResolution, true, DocFileUnreadable, DocSamePicture, DocNotFound),
		doc(DocBlurry, true, DocFileUnreadable, DocSamePicture, DocNotFound, DocDark, DocLowResolution),
		doc(DocCropped, true, DocFileUnreadable, DocSamePicture, DocNotFound),
		doc(DocObstructed, true, DocFileUnreadable, DocSamePicture, DocNotFound),
		doc(DocGlare, true, DocFileUnreadable, DocSamePicture, DocNotFound, DocOverexposed),
		doc(DocTilted, true, DocFileUnreadable, DocSamePicture, DocNotFound),
		doc(DocScreenshot, true, DocFileUnreadable, DocSamePicture),
		doc(DocScreenCapture, false, DocFileUnreadable, DocSamePicture, DocScreenshot),
		doc(DocPaperCopy, false, DocFileUnreadable, DocSamePicture),
		doc(DocBlackAndWhite, true, DocFileUnreadable, DocSamePicture, DocPaperCopy, DocDark),
		doc(DocWrongSide, false, DocFileUnreadable, DocSamePicture, DocNotFound),
		doc(DocMRZUnreadable, false, illegible()...),
		barcode,
		back,
		doc(DocPortraitMissing, false, replaced()...),
		doc(DocSpecimen, false, illegible()...),
		doc(DocNotAccepted, false, append(illegible(), DocMRZUnreadable)...),
		doc(DocExpired, false, append(illegible(), DocMRZUnreadable, DocNotAccepted)...),
		signal(DocMRZCheckDigit, DocumentFront, unread()...),
		signal(DocInconsistent, DocumentFront, unread()...),
		signal(DocImpossibleDate, DocumentFront, unread()...),
		signal(DocEdited, DocumentFront, DocFileUnreadable),

		typed(DetailsName),
		typed(DetailsNumber, DocExpired, DocNotAccepted, DocSpecimen),
		typed(DetailsBirthDate),
		typed(DetailsExpiry, DocExpired, DocNotAccepted, DocSpecimen),
		documentReplaced,
		typed(DetailsNationality),
		signal(DetailsChanged, Details, unread()...),

		face(FaceFileUnreadable, true),
		face(FaceSamePicture, true, FaceFileUnreadable),
		connection,
		frames,
		face(FaceNotFound, true, FaceFileUnreadable, FaceSamePicture),
		face(FaceMultiple, true, FaceFileUnreadable, FaceSamePicture),
		face(FaceDark, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound, FaceBacklit),
		face(FaceBacklit, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound),
		face(FaceOverexposed, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound),
		face(FaceUnevenLight, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound, FaceDark, FaceBacklit, FaceCoveredEyes),
		face(FaceTooSmall, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound),
		face(FaceTooClose, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound),
		face(FaceOffCentre, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound, FaceTooClose),
		face(FaceBlurry, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound, FaceDark, FaceTooSmall),
		face(FaceSmeared, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound, FaceDark, FaceOverexposed, FaceTooSmall, FaceBlurry),
		face(FaceFlicker, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound),
		face(FaceNotFrontal, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound),
		face(FaceGlare, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound, FaceOverexposed),
		face(FaceCoveredEyes, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound, FaceGlare),
		face(FaceEyesClosed, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound, FaceCoveredEyes, FaceNotFrontal, FaceBlurry),
		face(FaceCoveredMouth, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound, FaceUnevenLight),
		face(FaceHeadCovered, true, FaceFileUnreadable, FaceSamePicture, FaceNotFound),
		face(LivenessTooFast, false, FaceFileUnreadable, LivenessConnection, LivenessFramesMissing),
		face(LivenessIncomplete, false, FaceFileUnreadable, LivenessConnection, LivenessFramesMissing, LivenessTooFast),
		face(LivenessWrongAction, false, FaceFileUnreadable, LivenessConnection, LivenessFramesMissing, LivenessTooFast),
		face(FaceMismatch, false, append(append(poorPicture(), illegible()...), DocPortraitMissing)...),
		signal(FaceAttack, Face, FaceFileUnreadable),
		signal(LivenessOtherPerson, Face, FaceFileUnreadable),
		signal(LivenessVirtualCamera, Face),
		signal(LivenessReplayed, Face),
		signal(LivenessLightMismatch, Face, LivenessFramesMissing),
		signal(FaceRecordMismatch, Face, poorPicture()...),
		signal(FaceRecordMissing, Face),
		{Code: WithoutBiometrics, Item: Face, Severity: Review, Audience: ForApplicant},
		{Code: SeenInPerson, Item: Face, Severity: Note, Audience: ForApplicant},
		{Code: SeenByVideo, Item: Face, Severity: Note, Audience: ForApplicant},

		{Code: UnderAge, Item: Eligibility, Severity: Final, Audience: ForApplicant, DependsOn: append(unread(), DetailsBirthDate, DocInconsistent, DocMRZCheckDigit)},
		{Code: AgeUnknown, Item: Eligibility, Severity: Review, Audience: ForApplicant, DependsOn: append(unread(), DetailsBirthDate)},
		{Code: RegionRestricted, Item: Eligibility, Severity: Final, Audience: ForApplicant, DependsOn: append(unread(), DocInconsistent)},
		{Code: NotPermitted, Item: Eligibility, Severity: Final, Audience: ForApplicant, DependsOn: append(unread(), DocInconsistent)},
		signal(RuleReview, Eligibility, unread()...),
		{
			Code: ServiceUnavailable, Item: Eligibility, Severity: Note, Audience: ForApplicant,
			DependsOn: append(unread(), DetailsBirthDate, DocInconsistent, DocMRZCheckDigit, UnderAge, RegionRestricted, NotPermitted),
		},
		{Code: ProofNeeded, Item: Eligibility, Severity: Note, Audience: ForApplicant},
		{Code: PolicyChanged, Item: Eligibility, Severity: Note, Audience: ForApplicant},

		{Code: DocumentInUse, Item: Uniqueness, Severity: Review, Audience: ForApplicant, DependsOn: unread()},
		signal(DocumentElsewhere, Uniqueness, unread()...),
		{Code: FaceInUse, Item: Uniqueness, Severity: Review, Audience: ForApplicant, DependsOn: poorPicture()},
		signal(FaceElsewhere, Uniqueness, poorPicture()...),
		signal(TheftReported, Uniqueness),
		signal(RecoveryReview, Uniqueness, poorPicture()...),

		{Code: OurFault, Item: WholeCase, Severity: Review, Audience: ForApplicant},
		{Code: Forced, Item: WholeCase, Severity: Review, Audience: ForOperator},
		{Code: CoolingDown, Item: WholeCase, Severity: Note, Audience: ForApplicant},
		{Code: HelpRequested, Item: WholeCase, Severity: Note, Audience: ForApplicant},
		{Code: Cancelled, Item: WholeCase, Severity: Note, Audience: ForApplicant},
	}
}
