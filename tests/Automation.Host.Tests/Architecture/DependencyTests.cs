using System.Reflection;

namespace Automation.Host.Tests.Architecture;

/// <summary>The arrows of docs/decisions/0003, read from the built assemblies.</summary>
public sealed class DependencyTests
{
    [Theory]
    [InlineData("Automation.Core", "")]
    [InlineData("Automation.Mqtt", "Automation.Core")]
    [InlineData("Automation.Isapi", "Automation.Core")]
    [InlineData("Automation.Notify", "Automation.Core")]
    [InlineData("Automation.Simulator", "")]
    [InlineData("automation", "Automation.Core Automation.Isapi Automation.Mqtt Automation.Notify Automation.Simulator")]
    public void Assembly_References_OnlyWhatTheArrowsAllow(string assembly, string allowed)
    {
        string[] own = [.. Assembly.Load(assembly).GetReferencedAssemblies().Select(a => a.Name!).Where(n => n.StartsWith("Automation", StringComparison.OrdinalIgnoreCase))];
        Assert.Empty(own.Except(allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void Core_References_OnlyTheBaseLibrary()
    {
        string[] others = [.. Assembly.Load("Automation.Core").GetReferencedAssemblies().Select(a => a.Name!).Where(n => !n.StartsWith("System", StringComparison.Ordinal) && n != "netstandard")];
        Assert.Empty(others);
    }

    [Fact]
    public void Core_NamesNoFileSocketThreadOrClock()
    {
        string[] impure = ["System.Net.Sockets", "System.Net.Http", "System.IO.FileSystem", "System.Threading.ThreadPool", "System.Threading.Thread"];
        string[] used = [.. Assembly.Load("Automation.Core").GetReferencedAssemblies().Select(a => a.Name!)];
        Assert.Empty(used.Intersect(impure, StringComparer.Ordinal));
    }
}
