using System.Reflection;
using Automation.Mqtt.Tests.Codec;

namespace Automation.Mqtt.Tests;

/// <summary>The numbered normative statements of MQTT 5.0 (OASIS Standard, 7 March 2019) and 3.1.1 (29 October 2014), and how each is covered here.</summary>
internal static class Statements
{
    /// <summary>All of 5.0. A test carries the trait <c>Spec</c> = <c>MQTT-</c> and the number.</summary>
    public static readonly string[] OfVersion5 = Expand("""
        1.5.4-1..3 1.5.5-1 1.5.7-1 2.1.3-1 2.2.1-2..6 2.2.2-1 3.1.0-1..2 3.1.2-1..30 3.1.3-1..12 3.1.4-1..6 3.2.0-1..2 3.2.2-1..22 3.3.1-1..13 3.3.2-1..20 3.3.4-1..10
        3.4.2-1..3 3.5.2-1..3 3.6.1-1 3.6.2-1..3 3.7.2-1..3 3.8.1-1 3.8.3-1..5 3.8.4-1..8 3.9.2-1..2 3.9.3-1..2 3.10.1-1 3.10.3-1..2 3.10.4-1..6 3.11.2-1..2 3.11.3-1..2
        3.12.4-1 3.14.0-1 3.14.1-1 3.14.2-1..4 3.14.4-1..3 3.15.1-1 3.15.2-1..3 4.1.0-1..2 4.2.0-1 4.3.1-1 4.3.2-1..5 4.3.3-1..13 4.4.0-1..2 4.5.0-1..2 4.6.0-1..6 4.7.0-1
        4.7.1-1..2 4.7.2-1 4.7.3-1..4 4.8.2-1..6 4.9.0-1..3 4.12.0-1..7 4.12.1-1..2 4.13.1-1 4.13.2-1 6.0.0-1..4
        """);

    /// <summary>Those of 5.0 that nothing here can break.</summary>
    public static readonly Dictionary<string, string> NotTested = Reasons(
        ("neither broker nor client offers enhanced authentication: AUTH is never sent, and a method is refused (4.12.0-1)", "3.1.2-30 3.15.2-2..3 4.12.0-2..5 4.12.0-7 4.12.1-1..2"),
        ("every QoS and retained messages are offered", "3.2.2-12..13"),
        ("no packet but PUBLISH is given user properties", "3.2.2-20 3.4.2-3 3.5.2-3 3.6.2-3 3.7.2-3 3.9.2-2 3.11.2-2 3.14.2-4"),
        ("these packets are given no reason string", "3.6.2-2 3.7.2-2 3.11.2-1"),
        ("one copy is sent (3.3.4-4), never several", "3.3.4-5"));

    /// <summary>
    /// 3.1.1 by the statement of 5.0 that says the same (what differs is the form of packets, which the codec's tests have in both), or a number of its
    /// own, with the trait <c>MQTT311-</c>.
    /// </summary>
    public static readonly Dictionary<string, string> OfVersion311 = Pairs("""
        1.5.3-1=1.5.4-1 1.5.3-2=1.5.4-2 1.5.3-3=1.5.4-3 2.2.2-1=2.1.3-1 2.2.2-2=3.6.1-1 2.3.1-1=2.2.1-3 2.3.1-2=2.2.1-3 2.3.1-3=4.4.0-1 2.3.1-4=2.2.1-4 2.3.1-5=2.2.1-2
        2.3.1-6=2.2.1-5 2.3.1-7=2.2.1-6 3.1.0-1=3.1.0-1 3.1.0-2=3.1.0-2 3.1.2-1=3.1.2-1 3.1.2-2=3.1.2-2 3.1.2-3=3.1.2-3 3.1.2-4=3.1.2-5 3.1.2-5=4.5.0-1 3.1.2-6=3.1.2-4
        3.1.2-7=own 3.1.2-8=3.1.2-8 3.1.2-9=3.1.2-9 3.1.2-10=3.1.2-10 3.1.2-11=3.1.2-11 3.1.2-12=3.1.4-3 3.1.2-13=3.1.2-11 3.1.2-14=3.1.2-12 3.1.2-15=3.1.2-13
        3.1.2-16=3.1.2-14 3.1.2-17=3.1.2-15 3.1.2-18=3.1.2-16 3.1.2-19=3.1.2-17 3.1.2-20=3.1.2-18 3.1.2-21=3.1.2-19 3.1.2-22=own 3.1.2-23=3.1.2-20 3.1.2-24=3.1.2-22
        3.1.3-1=3.1.3-1 3.1.3-2=3.1.3-2 3.1.3-3=3.1.3-3 3.1.3-4=3.1.3-4 3.1.3-5=3.1.3-5 3.1.3-6=3.1.3-6 3.1.3-7=3.1.3-6 3.1.3-8=3.1.3-8 3.1.3-9=3.1.3-8 3.1.3-10=3.1.3-11
        3.1.3-11=3.1.3-12 3.1.4-1=3.1.4-1 3.1.4-2=3.1.4-3 3.1.4-3=3.1.4-4 3.1.4-4=3.1.4-5 3.1.4-5=3.1.4-6 3.2.0-1=3.2.0-1 3.2.2-1=3.2.2-2 3.2.2-2=3.2.2-3 3.2.2-3=3.2.2-3
        3.2.2-4=3.2.2-6 3.2.2-5=3.2.2-7 3.2.2-6=3.1.4-1 3.3.1-1=3.3.1-1 3.3.1-2=3.3.1-2 3.3.1-3=3.3.1-3 3.3.1-4=3.3.1-4 3.3.1-5=3.3.1-5 3.3.1-6=3.3.1-9 3.3.1-7=3.3.1-5
        3.3.1-8=3.3.1-5 3.3.1-9=3.3.1-12 3.3.1-10=3.3.1-6 3.3.1-11=3.3.1-7 3.3.1-12=3.3.1-8 3.3.2-1=3.3.2-1 3.3.2-2=3.3.2-2 3.3.2-3=3.3.2-3 3.3.4-1=3.3.4-1 3.3.5-1=3.3.4-2
        3.3.5-2=own 3.6.1-1=3.6.1-1 3.8.1-1=3.8.1-1 3.8.3-1=3.8.3-1 3.8.3-3=3.8.3-2 3.8.3-4=own 3.8.4-1=3.8.4-1 3.8.4-2=3.8.4-2 3.8.4-3=3.8.4-3 3.8.4-4=3.8.4-5 3.8.4-5=3.8.4-6
        3.8.4-6=3.8.4-8 3.9.3-1=3.9.3-1 3.9.3-2=own 3.10.1-1=3.10.1-1 3.10.3-1=3.10.3-1 3.10.3-2=3.10.3-2 3.10.4-1=3.10.4-1 3.10.4-2=3.10.4-2 3.10.4-3=3.10.4-3 3.10.4-4=3.10.4-4
        3.10.4-5=3.10.4-5 3.10.4-6=3.10.4-6 3.12.4-1=3.12.4-1 3.14.1-1=3.14.1-1 3.14.4-1=3.14.4-2 3.14.4-2=3.14.4-1 3.14.4-3=3.14.4-3 4.1.0-1=4.1.0-1 4.1.0-2=4.1.0-1
        4.3.1-1=4.3.1-1 4.3.2-1=4.3.2-3 4.3.2-2=4.3.2-5 4.3.3-1=4.3.3-6 4.3.3-2=4.3.3-10 4.4.0-1=4.4.0-1 4.5.0-1=4.5.0-1 4.5.0-2=4.5.0-2 4.6.0-1=4.6.0-1 4.6.0-2=4.6.0-2
        4.6.0-3=4.6.0-3 4.6.0-4=4.6.0-4 4.6.0-5=4.6.0-5 4.6.0-6=4.6.0-6 4.7.1-1=4.7.0-1 4.7.1-2=4.7.1-1 4.7.1-3=4.7.1-2 4.7.2-1=4.7.2-1 4.7.3-1=4.7.3-1 4.7.3-2=4.7.3-2
        4.7.3-3=4.7.3-3 4.7.3-4=4.7.3-4 4.8.0-1=3.6.1-1 6.0.0-1=6.0.0-1 6.0.0-2=6.0.0-2 6.0.0-3=6.0.0-3 6.0.0-4=6.0.0-4
        """);

    /// <summary>Those of 3.1.1 that nothing here can break; with <see cref="OfVersion311"/>, all 141.</summary>
    public static readonly Dictionary<string, string> NotTestedOf311 = Reasons(
        ("wildcards are offered", "3.8.3-2"),
        ("a transient error cannot be provoked from outside; a connection whose handling fails is ended (ClientConnection.RunAsync)", "4.8.0-2"),
        ("a property of the whole, not of a packet: what conforming means", "7.0.0-1..2 7.1.1-1 7.1.2-1"));

    /// <summary>Every number some test of this assembly names, with its prefix.</summary>
    public static HashSet<string> Named()
    {
        IEnumerable<MemberInfo> members = typeof(Statements).Assembly.GetTypes().SelectMany(t => t.GetMethods().Append<MemberInfo>(t));
        IEnumerable<string> traits = members.SelectMany(m => m.GetCustomAttributes<TraitAttribute>()).Where(t => t.Name == "Spec").Select(t => t.Value);
        return [.. traits, .. RefusalTests.Specs.Where(s => s.Contains('-', StringComparison.Ordinal) && s.LastIndexOf('-') > s.IndexOf('-', StringComparison.Ordinal))];
    }

    private static string[] Expand(string text) => [.. text.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).SelectMany(Range)];

    private static IEnumerable<string> Range(string text)
    {
        string[] ends = text[(text.IndexOf('-', StringComparison.Ordinal) + 1)..].Split("..");
        int first = int.Parse(ends[0], System.Globalization.CultureInfo.InvariantCulture);
        int last = int.Parse(ends[^1], System.Globalization.CultureInfo.InvariantCulture);
        return Enumerable.Range(first, last - first + 1).Select(n => $"{text[..text.IndexOf('-', StringComparison.Ordinal)]}-{n}");
    }

    private static Dictionary<string, string> Reasons(params (string Reason, string Numbers)[] groups) =>
        groups.SelectMany(g => Expand(g.Numbers).Select(n => (n, g.Reason))).ToDictionary(p => p.n, p => p.Reason);

    private static Dictionary<string, string> Pairs(string text) =>
        text.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);
}
