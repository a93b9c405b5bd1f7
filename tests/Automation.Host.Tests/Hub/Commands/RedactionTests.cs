using System.Text.Json;
using Automation.Host.Hub.Commands;

namespace Automation.Host.Tests.Hub.Commands;

public sealed class RedactionTests
{
    [Theory, Trait("Req", "HUB-6")]
    [InlineData("""{"action":"disarm","code":"4711","transaction":1}""", """{"action":"disarm","code":"…","transaction":1}""")]
    [InlineData("""{"action":"disarm","on":"store/panel/area/1","parameters":{"code":4711}}""", """{"action":"disarm","on":"store/panel/area/1","parameters":{"code":"…"}}""")]
    [InlineData("""{"url":"http://device","Password":"x","deep":[{"secret":{"a":1}}]}""", """{"url":"http://device","Password":"…","deep":[{"secret":"…"}]}""")]
    [InlineData("""{"subscription":{"endpoint":"https://push/1","keys":{"p256dh":"B","auth":"s"}}}""", """{"subscription":{"endpoint":"…","keys":{"p256dh":"…","auth":"…"}}}""")]
    [InlineData("""{"document":{"kind":"linkage","where":{"code":"1130"}}}""", """{"document":{"kind":"linkage","where":{"code":"1130"}}}""")]
    public void Text_LeavesOutWhatNobodyElseMayKnow(string said, string kept) => Assert.Equal(kept, Redaction.Text(JsonDocument.Parse(said).RootElement));
}
