using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Automation.Notify.WebPush;

namespace Automation.Notify.Tests.WebPush;

/// <summary>The worked example of RFC 8291, appendix A.</summary>
public sealed class PushEncryptionTests
{
    [Fact, Trait("Req", "EXC-3"), Trait("Spec", "RFC8291-A")]
    public void Encrypt_ExampleOfTheRfc_GivesItsBytes()
    {
        var target = new PushTarget("https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV", "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "BTBZMqHH6r4Tts7J_aSIgg");
        using var sender = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = Base64Url.DecodeFromChars("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw") });
        byte[] body = PushEncryption.Encrypt(target, Encoding.UTF8.GetBytes("When I grow up, I want to be a watermelon"), sender, Base64Url.DecodeFromChars("DGv6ra1nlYgDCS1FRnbzlw"));
        Assert.Equal(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
            Base64Url.EncodeToString(body));
    }
}
