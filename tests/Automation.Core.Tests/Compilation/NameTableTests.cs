using Automation.Core.Compilation;

namespace Automation.Core.Tests.Compilation;

public class NameTableTests
{
    [Fact]
    public void Find_NamesOfEveryLength_AreToldApart()
    {
        var table = new NameTable<int>(4);
        var names = new List<string>();
        for (int length = 1; length <= 70; length++)
        {
            string name = new('a', length);
            names.Add(name);

            // One character other than in its neighbour, at the begin, in the middle and at the end.
            foreach (int at in (int[])[0, length / 2, length - 1])
            {
                char[] other = name.ToCharArray();
                other[at] = 'b';
                names.Add(new string(other));
                other[at] = (char)('a' + 256);
                names.Add(new string(other));
            }
        }

        names = [.. names.Distinct(StringComparer.Ordinal)];
        foreach (string name in names) Assert.Equal(-1, table.Find(name));
        for (int i = 0; i < names.Count; i++) Assert.Equal(i, table.FindOrAdd(names[i]));
        for (int i = 0; i < names.Count; i++)
        {
            Assert.Equal(i, table.Find(new string(names[i].AsSpan())));
            Assert.Equal(names[i], table.NameOf(i));
        }
    }

    [Fact]
    public void Find_AmongManyAddresses_FindsEachAndNoOther()
    {
        var table = new NameTable<int>();
        for (int i = 0; i < 50_000; i++) Assert.Equal(i, table.FindOrAdd($"store/dev{i}"));
        for (int i = 0; i < 50_000; i++) Assert.Equal(i, table.Find($"store/dev{i}"));
        for (int i = 50_000; i < 60_000; i++) Assert.Equal(-1, table.Find($"store/dev{i}"));
    }

    [Fact]
    public void Empty_Name_IsAName()
    {
        var table = new NameTable<int>();
        Assert.Equal(-1, table.Find(""));
        Assert.Equal(0, table.FindOrAdd(""));
        Assert.Equal(0, table.Find(""));
    }
}
