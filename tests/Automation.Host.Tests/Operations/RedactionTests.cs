using Automation.Host.Operations;

namespace Automation.Host.Tests.Operations;

/// <summary>What opens something never comes into the operation log.</summary>
public sealed class RedactionTests
{
    [Theory, Trait("Req", "HUB-6")]
    [InlineData("""{"action":"disarm","code":"4711"}""", """{"action":"disarm","code":"***"}""")]
    [InlineData("""{ "code" : 4711, "action":"disarm" }""", """{ "code" : "***", "action":"disarm" }""")]
    [InlineData("""{"userCode":"4\"7\\","x":1}""", """{"userCode":"***","x":1}""")]
    [InlineData("""{"new_password":"a, b } c"}""", """{"new_password":"***"}""")]
    [InlineData("""{"PASSWORD":"x","Secret":null,"token":true}""", """{"PASSWORD":"***","Secret":"***","token":"***"}""")]
    [InlineData("""{"codes":["1234","5678"],"mode":"away"}""", """{"codes":"***","mode":"away"}""")]
    [InlineData("""{"endpoint":"https://push.example/abc","keys":{"p256dh":"B","auth":"C"},"person":"anna"}""", """{"endpoint":"***","keys":{"p256dh":"***","auth":"***"},"person":"anna"}""")]
    [InlineData("{\"action\":\"disarm\",\"code\":\"47", "{\"action\":\"disarm\",\"code\":\"***\"")]
    [InlineData("4711", "***")]
    [InlineData(" 12*34# ", "***")]
    [InlineData("disarm", "disarm")]
    [InlineData("ON", "ON")]
    [InlineData("""{"passwordEnv":"PANEL","preset":3,"encoder":"x"}""", """{"passwordEnv":"PANEL","preset":3,"encoder":"x"}""")]
    public void Codes_and_passwords_are_taken_out_and_nothing_else(string said, string kept) => Assert.Equal(kept, Redaction.Of(said));

    [Fact, Trait("Req", "HUB-6")]
    public void What_is_long_is_looked_at_as_far_as_it_may_be_kept() =>
        Assert.DoesNotContain("4711", Redaction.Of("{\"rules\":\"" + new string('a', Redaction.MaximumLength - 20) + "\",\"code\":\"4711\"}" + new string('"', 100_000)), StringComparison.Ordinal);
}
