using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

public sealed class RuleTextTests
{
    [Theory, Trait("Req", "EXC-3")]
    [InlineData("""{ "mon-fri": ["18:00-24:00"], "sat,sun": ["00:00-24:00"] }""", "mon-fri 18:00-24:00; sat,sun 00:00-24:00")]
    [InlineData("""{ "mon": ["08:00-12:00", "13:00-17:00"], "wed": ["08:00-12:00", "13:00-17:00"] }""", "mon,wed 08:00-12:00 13:00-17:00")]
    [InlineData("""{ "sun": ["22:00-06:00"] }""", "sun 22:00-06:00")]
    [InlineData("""{ "mon-sun": ["00:00-24:00"] }""", "mon-sun 00:00-24:00")]
    [InlineData("""{ "mon": [] }""", "never")]
    public void Schedule_AsAPersonReadsIt(string weekly, string said) => Assert.Equal(said, RuleText.Schedule(WindowsReader.Read($$"""{ "weekly": {{weekly}} }""")!));

    [Theory]
    [InlineData("\"allDays\"", null)]
    [InlineData("\"nights\"", "'nights' is no schedule")]
    [InlineData("{}", "'schedule' lacks the property 'weekly'")]
    [InlineData("""{ "weekly": { "mon": ["8-18"] } }""", "'8-18' is not a window")]
    [InlineData("{ nonsense", "")]
    public void WindowsReader_WhatIsNone_SaysWhatToChange(string json, string? said)
    {
        if (said is null) Assert.Null(WindowsReader.Read(json));
        else Assert.Contains(said, Assert.Throws<FormatException>(() => WindowsReader.Read(json)).Message, StringComparison.Ordinal);
    }
}
