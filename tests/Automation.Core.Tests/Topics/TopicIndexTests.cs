using System.Globalization;
using System.Text;
using Automation.Core.Topics;

namespace Automation.Core.Tests.Topics;

public sealed class TopicIndexTests
{
    [Fact]
    public void Add_SameValueTwice_CountsOnceAndKeepsTheVersion()
    {
        var index = new TopicIndex<string>();
        Assert.True(index.Add("a/+", "x"));
        long version = index.Version;
        Assert.False(index.Add("a/+", "x"));
        Assert.Equal(version, index.Version);
        Assert.Equal(1, index.Count);
        Assert.True(index.Remove("a/+", "x"));
        Assert.False(index.Remove("a/+", "x"));
        Assert.NotEqual(version, index.Version);
        Assert.Equal(0, index.Count);
    }

    [Fact]
    public void Match_TenThousandOtherFilters_LooksAtAsManyNodesAsWithout()
    {
        var small = new TopicIndex<int>();
        var large = new TopicIndex<int>();
        foreach (string filter in (string[])["site/+/state", "site/panel/#", "site/panel/state"])
        {
            small.Add(filter, 1);
            large.Add(filter, 1);
        }

        for (int i = 0; i < 10_000; i++) large.Add($"other/{i}/+/x", i);
        var found = new List<int>();
        int few = small.Match("site/panel/state", found);
        Assert.Equal(3, found.Count);
        found.Clear();
        Assert.Equal(few, large.Match("site/panel/state", found));
        Assert.Equal(3, found.Count);
        Assert.True(few <= 8, $"{few} nodes");
    }

    [Fact]
    public void TreeMatch_OneAmongAHundredThousand_LooksAtTheLevelsAlone()
    {
        var tree = new TopicTree<string>();
        for (int i = 0; i < 100_000; i++) tree.Set(Encoding.UTF8.GetBytes($"a/{i}/state"), "x");
        var found = new List<string>();
        Assert.True(tree.Match("a/777/state"u8, found) <= 4);
        Assert.Single(found);
        Assert.True(tree.Match("a/777/#"u8, found) <= 5);
        Assert.Equal(100_000, tree.Count);
        found.Clear();
        tree.Match("a/+/state"u8, found);
        Assert.Equal(100_000, found.Count);
        for (int i = 0; i < 100_000; i++) Assert.NotNull(tree.Set(Encoding.UTF8.GetBytes($"a/{i}/state"), null));
        Assert.Equal(0, tree.Count);
        found.Clear();
        Assert.True(tree.Match("#"u8, found) <= 64, "emptied nodes are swept");
        Assert.Empty(found);
    }

    [Fact]
    public void IndexAndTree_RandomChanges_AgreeWithTheDefinition()
    {
        const int seed = 20261120;
        var random = new Random(seed);
        var index = new TopicIndex<string>(seed);
        var tree = new TopicTree<string>(seed);
        var filters = new HashSet<string>();
        var names = new HashSet<string>();
        string[] levels = ["", "a", "b", "c", "$x", "long-level-name", "ü"];
        for (int step = 0; step < 4_000; step++)
        {
            string[] parts = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => levels[random.Next(levels.Length)])];
            string name = string.Join('/', parts);
            if (name.Length == 0) continue;
            string filter = string.Join('/', parts.Select((p, i) => random.Next(3) == 0 ? (i == parts.Length - 1 && random.Next(2) == 0 ? "#" : "+") : p));
            if (random.Next(2) == 0)
            {
                Assert.Equal(filters.Add(filter), index.Add(filter, filter));
                tree.Set(Encoding.UTF8.GetBytes(name), name);
                names.Add(name);
            }
            else
            {
                Assert.Equal(filters.Remove(filter), index.Remove(filter, filter));
                Assert.Equal(names.Remove(name), tree.Set(Encoding.UTF8.GetBytes(name), null) is not null);
            }

            if (step % 16 != 0) continue;
            byte[] probe = Encoding.UTF8.GetBytes(name), sieve = Encoding.UTF8.GetBytes(filter);
            var matches = new List<string>();
            index.Match(probe, matches);
            Assert.Equal(filters.Where(f => TopicFilter.Matches(Encoding.UTF8.GetBytes(f), probe)).Order(StringComparer.Ordinal), matches.Order(StringComparer.Ordinal));
            var kept = new List<string>();
            tree.Match(sieve, kept);
            Assert.Equal(names.Where(n => TopicFilter.Matches(sieve, Encoding.UTF8.GetBytes(n))).Order(StringComparer.Ordinal), kept.Order(StringComparer.Ordinal));
            Assert.Equal(names.Contains(name) ? name : null, tree.Find(probe));
            Assert.Equal(names.Count, tree.Count);
            Assert.Equal(filters.Count, index.Count);
        }
    }

    [Fact]
    public async Task Match_WhileOthersChange_AlwaysFindsWhatStays()
    {
        var index = new TopicIndex<string>();
        index.Add("a/+/c", "stays");
        using var stop = new CancellationTokenSource();
        Task writer = Task.Run(() =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i = (i + 1) % 500)
            {
                string filter = "a/" + i.ToString(CultureInfo.InvariantCulture) + "/c";
                if (!index.Add(filter, "x")) index.Remove(filter, "x");
            }
        });
        var found = new List<string>();
        for (int i = 0; i < 20_000; i++)
        {
            found.Clear();
            index.Match("a/7/c"u8, found);
            Assert.Contains("stays", found);
        }

        await stop.CancelAsync();
        await writer;
    }

    [Fact]
    public void Match_WarmedUp_AllocatesNothing()
    {
        var index = new TopicIndex<string>();
        index.Add("a/+/c/#", "x");
        index.Add("a/b/c/d", "y");
        var found = new List<string>(16);
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1_000; i++)
            {
                found.Clear();
                index.Match("a/b/c/d"u8, found);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(2, found.Count);
        Assert.Equal(0, least);
    }
}
