using Automation.Core.Model;
using Automation.Isapi.Http;

namespace Automation.Isapi.Tests.Http;

public sealed class DigestSessionTests
{
    private static DigestChallenge Choose(params string[] headers) => Assert.IsType<DigestChallenge>(DigestChallenge.Choose(headers, out _));

    private static string Field(string header, string name)
    {
        int at = header.IndexOf(name + "=", StringComparison.Ordinal) + name.Length + 1;
        return header[at..].Split(',')[0].Trim('"');
    }

    [Fact, Trait("Req", "ACT-9")]
    public void Authorize_WithoutQop_IsTheExampleOfRfc2069()
    {
        // The example of RFC 2069, with the hash its erratum gives.
        DigestChallenge challenge = Choose("Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"");
        string header = new DigestSession(challenge, "Mufasa", new Secret("CircleOfLife"), new Random(1)).Authorize("GET", "/dir/index.html", default);
        Assert.Equal("1949323746fe6a43ef61f9606e7febea", Field(header, "response"));
        Assert.Equal("5ccc069c403ebaf9f0171e9517f40e41", Field(header, "opaque"));
        Assert.DoesNotContain("qop", header, StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "ACT-9")]
    [InlineData("Digest realm=\"r\", nonce=\"n\", qop=\"auth,auth-int\", algorithm=SHA-256", DigestAlgorithm.Sha256)]
    [InlineData("Digest realm=\"r\", nonce=\"n\", qop=auth, algorithm=\"MD5-sess\"", DigestAlgorithm.Md5Session)]
    [InlineData("Digest qop=\"auth\",realm=\"a, \\\"b\\\"\",nonce=\"n\"", DigestAlgorithm.Md5)]
    internal void Choose_Header_ReadsTheAlgorithm(string header, DigestAlgorithm algorithm) => Assert.Equal(algorithm, Choose(header).Algorithm);

    [Fact, Trait("Req", "ACT-9")]
    public void Choose_SeveralChallenges_TakesTheStrongestAndNeverBasic()
    {
        DigestChallenge? challenge = DigestChallenge.Choose(["Basic realm=\"x\"", "Digest realm=\"r\", nonce=\"m\", qop=\"auth\", Digest realm=\"r\", nonce=\"s\", qop=\"auth\", algorithm=SHA-256"], out bool basicOnly);
        Assert.Equal("s", challenge!.Nonce);
        Assert.False(basicOnly);
        Assert.Null(DigestChallenge.Choose(["Basic realm=\"x\", Digest realm=\"r\", nonce=\"m\", algorithm=UNHEARD"], out basicOnly));
        Assert.False(basicOnly);
        Assert.Null(DigestChallenge.Choose(["Basic realm=\"x\""], out basicOnly));
        Assert.True(basicOnly);
    }

    [Theory, Trait("Req", "ACT-9")]
    [InlineData("")]
    [InlineData("Digest")]
    [InlineData("Digest realm=")]
    [InlineData("Digest nonce=\"unfinished")]
    [InlineData(",,,===,,\"\"\\")]
    [InlineData("Negotiate abc==")]
    public void Choose_Garbage_IsNoChallenge(string header)
    {
        DigestChallenge? challenge = DigestChallenge.Choose([header], out bool basicOnly);
        Assert.False(basicOnly);
        Assert.True(challenge is null or { Nonce: "unfinished" });
    }

    [Fact, Trait("Req", "ACT-9")]
    public void Authorize_EachRequest_CountsTheNonce()
    {
        var session = new DigestSession(Choose("Digest realm=\"r\", nonce=\"n\", qop=\"auth\""), "u", new Secret("p"), new Random(1));
        Assert.Equal("00000001", Field(session.Authorize("GET", "/", default), "nc"));
        Assert.Equal("00000002", Field(session.Authorize("GET", "/", default), "nc"));
    }
}
