from dativo_function import aws_signature

REAL = aws_signature.datetime


class Clock:
    @staticmethod
    def now(zone):
        return REAL.strptime("20150830T123600Z", "%Y%m%dT%H%M%SZ").replace(tzinfo=zone)


def test_a_request_is_signed_as_in_the_test_suite_of_aws(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.setattr(aws_signature, "datetime", Clock)
    headers = aws_signature.signed_headers("GET", "https://example.amazonaws.com/", b"", {}, "us-east-1", "service")
    # The case "get-vanilla" of aws-sig-v4-test-suite.
    assert headers["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )


def test_what_a_function_sends_to_storage_names_its_digest_and_its_session(monkeypatch):
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session")
    headers = aws_signature.signed_headers("PUT", "https://b.s3.eu-west-1.amazonaws.com/k", b"x", {}, "eu-west-1", "s3")
    assert headers["x-amz-security-token"] == "session"
    assert len(headers["x-amz-content-sha256"]) == 64
    assert "x-amz-security-token" in headers["authorization"]
