"""What Plaza is called on a phone."""

PLAZA_PACKAGE = "com.drover.plaza"
