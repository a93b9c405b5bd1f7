using System.Text;
using Automation.Core.Topics;

namespace Automation.Core.Tests.Topics;

public sealed class TopicFilterTests
{
    [Theory, Trait("Spec", "MQTT-4.7.1-1")]
    [InlineData("a", TopicFault.None)]
    [InlineData("/", TopicFault.None)]
    [InlineData("+", TopicFault.None)]
    [InlineData("#", TopicFault.None)]
    [InlineData("a/+/b/#", TopicFault.None)]
    [InlineData("+/+", TopicFault.None)]
    [InlineData("//", TopicFault.None)]
    [InlineData("$SYS/#", TopicFault.None)]
    [InlineData("a/#/b", TopicFault.Wildcard)]
    [InlineData("a#", TopicFault.Wildcard)]
    [InlineData("a/b#", TopicFault.Wildcard)]
    [InlineData("a+", TopicFault.Wildcard)]
    [InlineData("a/+b", TopicFault.Wildcard)]
    [InlineData("##", TopicFault.Wildcard)]
    [InlineData("", TopicFault.Empty)]
    [InlineData("a\0b", TopicFault.NullCharacter)]
    [InlineData("a\u0001", TopicFault.ControlCharacter)]
    [InlineData("a\u001f", TopicFault.ControlCharacter)]
    [InlineData("a\u007f", TopicFault.ControlCharacter)]
    [InlineData("ÂÃ\u009f", TopicFault.ControlCharacter)]
    [InlineData("\u00a0", TopicFault.None)]
    [InlineData("$share/g/a/+", TopicFault.None)]
    [InlineData("$share/g//a", TopicFault.None)]
    [InlineData("$share", TopicFault.Share)]
    [InlineData("$share/", TopicFault.Share)]
    [InlineData("$share/g", TopicFault.Share)]
    [InlineData("$share/g/", TopicFault.Share)]
    [InlineData("$share//a", TopicFault.Share)]
    [InlineData("$share/g+/a", TopicFault.Share)]
    [InlineData("$share/#/a", TopicFault.Share)]
    [InlineData("$share/g/a#", TopicFault.Wildcard)]
    public void Check_Filter_FindsTheFault(string filter, TopicFault expected) => Assert.Equal(expected, TopicFilter.Check(filter));

    [Theory, Trait("Spec", "MQTT-3.3.2-2")]
    [InlineData("a/b", TopicFault.None)]
    [InlineData(" ", TopicFault.None)]
    [InlineData("ü/漢", TopicFault.None)]
    [InlineData("a/+", TopicFault.Wildcard)]
    [InlineData("#", TopicFault.Wildcard)]
    [InlineData("", TopicFault.Empty)]
    [InlineData("\0", TopicFault.NullCharacter)]
    public void Check_Name_FindsTheFault(string name, TopicFault expected) => Assert.Equal(expected, TopicName.Check(name));

    [Fact]
    public void Check_LengthAndDepth_AreBounded()
    {
        Assert.Equal(TopicFault.None, TopicName.Check(new string('a', 65535)));
        Assert.Equal(TopicFault.TooLong, TopicName.Check(new string('a', 65536)));
        Assert.Equal(TopicFault.None, TopicName.Check(new string('/', 200)));
        Assert.Equal(TopicFault.TooManyLevels, TopicName.Check(new string('/', 201)));
        Assert.Equal(TopicFault.NotUtf8, TopicFilter.Check("a" + (char)0xD800));
        Assert.Equal(TopicFault.NotUtf8, TopicName.Check([0xC3, 0x28]));
        Assert.Equal(TopicFault.NotUtf8, TopicName.Check([0xED, 0xA0, 0x80]));
    }

    [Theory, Trait("Spec", "MQTT-4.7.2-1")]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true)]
    [InlineData("sport/#", "sport", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1/ranking", false)]
    [InlineData("sport/+", "sport", false)]
    [InlineData("sport/+", "sport/", true)]
    [InlineData("+/+", "/finance", true)]
    [InlineData("/+", "/finance", true)]
    [InlineData("+", "/finance", false)]
    [InlineData("#", "a/b", true)]
    [InlineData("#", "$SYS/a", false)]
    [InlineData("+/monitor/Clients", "$SYS/monitor/Clients", false)]
    [InlineData("$SYS/#", "$SYS/a", true)]
    [InlineData("$SYS/monitor/+", "$SYS/monitor/Clients", true)]
    [InlineData("a/b", "a/b/c", false)]
    [InlineData("a/b/c", "a/b", false)]
    [InlineData("a/+/#", "a/b", true)]
    [InlineData("a/+/#", "a", false)]
    [InlineData("A", "a", false)]
    public void Matches_FilterAndName_FollowTheStandard(string filter, string name, bool expected)
    {
        byte[] f = Encoding.UTF8.GetBytes(filter), n = Encoding.UTF8.GetBytes(name);
        Assert.Equal(expected, TopicFilter.Matches(f, n));
        var index = new TopicIndex<int>();
        index.Add(f, 1);
        var found = new List<int>();
        index.Match(n, found);
        Assert.Equal(expected, found.Count == 1);
        var tree = new TopicTree<string>();
        tree.Set(n, "x");
        var kept = new List<string>();
        tree.Match(f, kept);
        Assert.Equal(expected, kept.Count == 1);
    }

    [Theory]
    [InlineData("a/#", "a/b/+", true)]
    [InlineData("a/#", "a", true)]
    [InlineData("a/+", "a/#", false)]
    [InlineData("a/+", "a/b", true)]
    [InlineData("a/b", "a/+", false)]
    [InlineData("#", "#", true)]
    [InlineData("#", "$SYS/#", false)]
    [InlineData("+/+", "+/b", true)]
    public void Covers_TwoFilters_SaysWhetherOneIsWider(string outer, string inner, bool expected) =>
        Assert.Equal(expected, TopicFilter.Covers(Encoding.UTF8.GetBytes(outer), Encoding.UTF8.GetBytes(inner)));
}
