package sign

// Written once by this package; see TestFrozenSignature.
const (
	frozenID  = "aad9ac95a0f2c8e599b7586ecb2e1e11"
	frozenSig = "da8840fe14fe684c75d817c79b985ad65fe48bfcc9144baa4470119727157ccd15ea30baf44ddd6228bd9be8923da3408b02ad14474e257fa77e05336cfa4102"
)
